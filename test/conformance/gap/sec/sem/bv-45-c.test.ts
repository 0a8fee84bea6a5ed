import { lostBondAsCentral } from '../../../harness/lost-bond.ts';
import { level4 } from '../../../harness/protected.ts';

lostBondAsCentral('GAP/SEC/SEM/BV-45-C', level4, {
  file: 'src/gap/link/link-assembly.ts',
  from: '(): Promise<void> | undefined => security.beforeAsking();',
  to: '(): Promise<void> | undefined => undefined;',
});

import { distrustCase, indications } from '../../../harness/distrust.ts';
import { level3 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-63-C', 'central', indications, level3, {
  file: 'src/gap/link/link-assembly.ts',
  from: 'mayHear: () => !security.isUnproven,',
  to: 'mayHear: () => true,',
});

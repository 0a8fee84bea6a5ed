import { distrustCase, indications } from '../../../harness/distrust.ts';
import { level2 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-56-C', 'peripheral', indications, level2, {
  file: 'src/gap/link/link-assembly.ts',
  from: 'mayHear: () => !security.isUnproven,',
  to: 'mayHear: () => true,',
});

import { distrustCase, indications } from '../../../harness/distrust.ts';
import { level4 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-58-C', 'peripheral', indications, level4, {
  file: 'src/gap/link/link-assembly.ts',
  from: 'mayHear: () => !security.isUnproven,',
  to: 'mayHear: () => true,',
});

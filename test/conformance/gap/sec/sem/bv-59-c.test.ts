import { distrustCase, notifications } from '../../../harness/distrust.ts';
import { level2 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-59-C', 'peripheral', notifications, level2, {
  file: 'src/gap/link/link-assembly.ts',
  from: 'mayHear: () => !security.isUnproven,',
  to: 'mayHear: () => security.current.level > 2,',
});

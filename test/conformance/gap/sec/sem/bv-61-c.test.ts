import { distrustCase, notifications } from '../../../harness/distrust.ts';
import { level4 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-61-C', 'peripheral', notifications, level4, {
  file: 'src/gap/link/link-assembly.ts',
  from: 'mayHear: () => !security.isUnproven,',
  to: 'mayHear: () => security.current.level === 1,',
});

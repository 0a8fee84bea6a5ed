import { distrustCase, notifications } from '../../../harness/distrust.ts';
import { level3 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-66-C', 'central', notifications, level3, {
  file: 'src/gap/link/link-assembly.ts',
  from: 'mayHear: () => !security.isUnproven,',
  to: 'mayHear: () => security.current.level === 1,',
});

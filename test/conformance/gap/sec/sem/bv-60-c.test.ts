import { distrustCase, notifications } from '../../../harness/distrust.ts';
import { level3 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-60-C', 'peripheral', notifications, level3, {
  file: 'src/gap/link/link-security.ts',
  from: 'return bonded && !encrypted;',
  to: 'return false;',
});

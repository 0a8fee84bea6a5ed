import { distrustCase, notifications } from '../../../harness/distrust.ts';
import { level4 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-67-C', 'central', notifications, level4, {
  file: 'src/gap/link/link-security.ts',
  from: 'return bonded && !encrypted;',
  to: 'return false;',
});

import { distrustCase, indications } from '../../../harness/distrust.ts';
import { level3 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-57-C', 'peripheral', indications, level3, {
  file: 'src/gap/link/link-security.ts',
  from: 'return bonded && !encrypted;',
  to: 'return false;',
});

import { distrustCase, indications } from '../../../harness/distrust.ts';
import { level2 } from '../../../harness/protected.ts';

distrustCase('GAP/SEC/SEM/BV-62-C', 'central', indications, level2, {
  file: 'src/gap/link/link-security.ts',
  from: 'return bonded && !encrypted;',
  to: 'return false;',
});

import { level4 } from '../../../harness/protected.ts';
import { shortKeys } from '../../../harness/service-level.ts';

shortKeys('GAP/SEC/SEM/BI-09-C', 'peripheral', level4, {
  file: 'src/smp/pairing/pairing-terms.ts',
  from: 'if (keySize < choices.minKeySize)',
  to: 'if (keySize < SMALLEST_KEY_SIZE)',
});

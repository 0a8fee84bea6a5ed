import { level4 } from '../../../harness/protected.ts';
import { shortKeys } from '../../../harness/service-level.ts';

shortKeys('GAP/SEC/SEM/BI-20-C', 'peripheral', level4, {
  file: 'src/smp/pairing-options.ts',
  from: "keySize(options.minKeySize, 'minKeySize')",
  to: "keySize(options.minKeySize ?? SMALLEST_KEY_SIZE, 'minKeySize')",
});

import { centralCase } from '../../../harness/case.ts';
import { refusesInvalidKeys } from '../../../harness/invalid-public-keys.ts';

centralCase(
  'SM/CEN/KDU/BI-04-C',
  {
    file: 'src/smp/pairing/public-keys.ts',
    from: 'if (equalSecrets(peerKey.x, publicKey.x))',
    to: 'if (equalSecrets(peerKey.x, publicKey.y))',
  },
  // 1. The upper tester pairs. 2. The tester answers. 3. The tester's public key is no point of the curve, or one with the X of the other side.
  // 4. The implementation under test ends the pairing at once, by DHKey Check Failed (Core 6.0 and later).
  refusesInvalidKeys,
);

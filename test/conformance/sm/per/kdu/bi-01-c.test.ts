import { peripheralCase } from '../../../harness/case.ts';
import { neverPairsOnInvalidKeys } from '../../../harness/invalid-public-keys.ts';

peripheralCase(
  'SM/PER/KDU/BI-01-C',
  {
    file: 'src/crypto/p256.ts',
    from: "=== 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY') return undefined",
    to: "=== 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY') return new Uint8Array(COORDINATE)",
  },
  // 1. The tester asks to pair. 2. The implementation under test answers. 3. The tester's public key is no point of the curve.
  // 4. The tester goes on, and the implementation under test fails the pairing at some time (Core 5.4 and before). Who keeps BI-04 keeps this too.
  neverPairsOnInvalidKeys,
);

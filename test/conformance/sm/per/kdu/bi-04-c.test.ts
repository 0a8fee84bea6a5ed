import { peripheralCase } from '../../../harness/case.ts';
import { refusesInvalidKeys } from '../../../harness/invalid-public-keys.ts';

peripheralCase(
  'SM/PER/KDU/BI-04-C',
  {
    file: 'src/smp/pairing/public-keys.ts',
    from: "? { kind: 'bad', reason: PairingFailedReason.dhKeyCheckFailed }",
    to: "? { kind: 'bad', reason: PairingFailedReason.invalidParameters }",
  },
  // 1. The tester asks to pair. 2. The implementation under test answers. 3. The tester's public key is no point of the curve.
  // 4. The implementation under test ends the pairing at once, by DHKey Check Failed (Core 6.0 and later).
  refusesInvalidKeys,
);

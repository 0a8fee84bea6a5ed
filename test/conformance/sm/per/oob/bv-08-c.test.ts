import {
  anyIo,
  complete,
  exchangeFeatures,
  expectRefusal,
  pairingCase,
  withMitm,
} from '../../../harness/legacy-cases.ts';
import { Reason } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/OOB/BV-08-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: 'const oob = secureConnections ? initiatorOob || responderOob : initiatorOob && responderOob',
    to: 'const oob = initiatorOob || responderOob',
  },
  async (bench, { io, mitm }) => {
    // 1. The tester pairs as one that has out-of-band data, can do nothing, and wants no protection.
    const features = { io: 'noInputNoOutput', oob: 1 } as const;
    const options = { io, mitm };
    if (mitm === true) {
      // 3. The implementation under test insists on it: Authentication Requirements.
      await expectRefusal(bench, options, features, Reason.authenticationRequirements);
      return;
    }
    // 2. It does not insist, and has no such data.
    const pairing = await exchangeFeatures(bench, options, features);
    // 4. Both do phase 2 of Just Works, and the tester encrypts the link with its key.
    await complete(bench, pairing);
  },
  withMitm(anyIo, [false, 'preferred', true]),
);

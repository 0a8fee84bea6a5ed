import {
  anyIo,
  complete,
  exchangeFeatures,
  PasskeyUser,
  pairingCase,
} from '../../../harness/legacy-cases.ts';
import { pairingRequest } from '../../../harness/smp.ts';

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
    const { ui } = new PasskeyUser();
    const options = { io, ui, mitm };
    if (mitm === true) {
      // 3. The implementation under test insists on it: Authentication Requirements.
      bench.iut.security = options;
      await bench.tester.smp.exchange(pairingRequest(features), '0503');
      return;
    }
    // 2. It does not insist, and has no such data.
    const pairing = await exchangeFeatures(bench, options, features);
    // 4. Both do phase 2 of Just Works, and the tester encrypts the link with its key.
    await complete(bench, pairing);
  },
  anyIo.flatMap((io) => [false, 'preferred' as const, true].map((mitm) => ({ io, mitm }))),
);

import {
  anyIo,
  complete,
  exchangeFeatures,
  PasskeyUser,
  pairingCase,
  withOob,
} from '../../../harness/legacy-cases.ts';
import { pairingRequest } from '../../../harness/smp.ts';
import { randomOctets } from '../../../harness/smp-crypto.ts';

pairingCase(
  'SM/PER/OOB/BV-10-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: '(secureConnections ? oob?.peer : oob?.temporaryKey) === undefined',
    to: 'oob?.peer === undefined',
  },
  async (bench, { io, mitm }) => {
    // 1. The tester pairs as one that has no out-of-band data, can do nothing, and wants no protection.
    const features = { io: 'noInputNoOutput' } as const;
    const { ui } = new PasskeyUser();
    const options = { io, ui, mitm, ...withOob(randomOctets(16)) };
    if (mitm === true) {
      // 3. The implementation under test insists on it: Authentication Requirements.
      bench.iut.security = options;
      await bench.tester.smp.exchange(pairingRequest(features), '0503');
      return;
    }
    // 2. It does not insist, and has such data.
    const pairing = await exchangeFeatures(bench, options, features);
    // 4. Both do phase 2 of Just Works, and the tester encrypts the link with its key.
    await complete(bench, pairing);
  },
  anyIo.flatMap((io) => [false, 'preferred' as const, true].map((mitm) => ({ io, mitm }))),
);

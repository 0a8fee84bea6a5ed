import {
  anyIo,
  complete,
  exchangeFeatures,
  expectRefusal,
  pairingCase,
  withMitm,
  withOob,
} from '../../../harness/legacy-cases.ts';
import { Reason } from '../../../harness/smp.ts';
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
    const options = { io, mitm, ...withOob(randomOctets(16)) };
    if (mitm === true) {
      // 3. The implementation under test insists on it: Authentication Requirements.
      await expectRefusal(bench, options, features, Reason.authenticationRequirements);
      return;
    }
    // 2. It does not insist, and has such data.
    const pairing = await exchangeFeatures(bench, options, features);
    // 4. Both do phase 2 of Just Works, and the tester encrypts the link with its key.
    await complete(bench, pairing);
  },
  withMitm(anyIo, [false, 'preferred', true]),
);

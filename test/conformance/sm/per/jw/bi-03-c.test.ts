import { anyIo, complete, exchangeFeatures, pairingCase } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/JW/BI-03-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: '    authReq: authReqOf(choices),',
    to: '    authReq: authReqOf(choices) | (request.authReq & 0xe0),',
  },
  async (bench, io) => {
    // 1. The tester can do nothing, wants no protection, and has set all reserved bits.
    // 2. The implementation under test has no out-of-band data, and sets no reserved bit.
    const options = { io, mitm: false, bond: false };
    const features = { io: 'noInputNoOutput', auth: Auth.reserved } as const;
    const pairing = await exchangeFeatures(bench, options, features);
    // 3. Both do phase 2 of Just Works, and the tester encrypts the link with its key.
    await complete(bench, pairing);
  },
  anyIo,
);

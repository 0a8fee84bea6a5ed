import { expect } from 'vitest';
import {
  complete,
  exchangeFeatures,
  expectRefusal,
  pairingCase,
  passkeyIo,
  withMitm,
} from '../../../harness/legacy-cases.ts';
import { Auth, Reason } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/PKE/BV-05-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: "if (method === 'justWorks' && choices.mitm === 'required')",
    to: "if (method === 'justWorks' && choices.mitm === 'required' && role === 'initiator')",
  },
  async (bench, { io, mitm }) => {
    const options = { io, mitm, bond: false };
    if (mitm === true) {
      // 1. and 2. The tester can do nothing and wants no protection, and the implementation under test insists on it: Authentication Requirements.
      await expectRefusal(bench, options, { io: 'noInputNoOutput' }, Reason.authenticationRequirements);
      return;
    }
    // 1. and 2. Where it does not insist, it says that it would like some.
    const pairing = await exchangeFeatures(bench, options, { io: 'noInputNoOutput' });
    expect(pairing.iut.auth & Auth.mitm).toBe(Auth.mitm);
    // 3. Both do phase 2 of Just Works, and the tester encrypts the link with a key that nobody vouches for.
    await complete(bench, pairing);
  },
  withMitm(passkeyIo, [true, 'preferred']),
);

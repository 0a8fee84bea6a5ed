import { expect } from 'vitest';
import {
  anyIo,
  exchangeFeatures,
  expectMismatch,
  pairingCase,
  withOob,
} from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';
import { randomOctets } from '../../../harness/smp-crypto.ts';

pairingCase(
  'SM/PER/OOB/BI-02-C',
  {
    file: 'src/smp/pairing/legacy-responder.ts',
    from: 'const isProven = ',
    to: "const isProven = context.terms.method === 'outOfBand' || ",
  },
  async (bench, io) => {
    // 1. and 2. The tester pairs with protection, and both have out-of-band data, which is not the same.
    const options = { io, mitm: true, ...withOob(randomOctets(16)) };
    const pairing = await exchangeFeatures(bench, options, { oob: 1, auth: Auth.mitm });
    expect(pairing.iut.auth & Auth.mitm).toBe(Auth.mitm);
    // 3. The tester's confirm value does not fit: Confirm Value Failed, and the upper tester is told.
    await expectMismatch(bench, pairing);
  },
  anyIo,
);

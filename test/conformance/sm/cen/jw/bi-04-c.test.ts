import { expect } from 'vitest';
import { anyIo, complete, exchangeFeatures, pairingCase } from '../../../harness/legacy-cases.ts';
import { Auth, Keys } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/JW/BI-04-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: '(authReq & AuthReq.bondingFlags) === AuthReq.bonding',
    to: '(authReq & (AuthReq.bondingFlags | 0xc0)) === AuthReq.bonding',
  },
  async (bench, io) => {
    // 1. The upper tester pairs. There is no out-of-band data and no reserved bit in the request.
    // 2. The tester can do nothing, wants no protection, bonds, and has set all reserved bits.
    const auth = Auth.bonding | Auth.reserved;
    const features = { io: 'noInputNoOutput', auth, responderKeys: Keys.enc } as const;
    const pairing = await exchangeFeatures(bench, { io, mitm: false }, features);
    // 3. Both do phase 2 of Just Works, and the link is encrypted with its key. The bond is not overlooked among the other bits.
    await complete(bench, pairing);
    expect(bench.connection.security.bonded).toBe(true);
  },
  anyIo,
);

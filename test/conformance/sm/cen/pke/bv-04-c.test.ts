import { expect } from 'vitest';
import { complete, exchangeFeatures, pairingCase, passkeyIo } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/PKE/BV-04-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: "if (method === 'justWorks' && choices.mitm === 'required')",
    to: "if (method === 'justWorks' && !secureConnections && choices.mitm !== 'never')",
  },
  async (bench, io) => {
    // 1. The upper tester pairs, with protection if that can be had.
    // 2. The tester can do nothing, and wants none.
    const options = { io, mitm: 'preferred' } as const;
    const pairing = await exchangeFeatures(bench, options, { io: 'noInputNoOutput', auth: Auth.bonding });
    expect(pairing.iut.auth & Auth.mitm).toBe(Auth.mitm);
    // 3. Both do phase 2 of Just Works, and the link is encrypted with a key that nobody vouches for.
    await complete(bench, pairing);
  },
  passkeyIo,
);

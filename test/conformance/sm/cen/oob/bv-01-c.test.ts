import { anyIo, complete, exchangeFeatures, pairingCase, withOob } from '../../../harness/legacy-cases.ts';
import { randomOctets } from '../../../harness/smp-crypto.ts';

pairingCase(
  'SM/CEN/OOB/BV-01-C',
  {
    file: 'src/smp/pairing/legacy.ts',
    from: 'return choices.oob?.temporaryKey',
    to: 'return choices.oob?.temporaryKey?.toReversed()',
  },
  async (bench, io) => {
    // 1. and 2. The upper tester pairs, and both have out-of-band data.
    // 3. It is the same 128-bit value.
    const tk = randomOctets(16);
    const pairing = await exchangeFeatures(bench, { io, ...withOob(tk) }, { oob: 1 });
    // 4. Both do phase 2 with it, and the link is encrypted with the key of that.
    await complete(bench, pairing, tk);
  },
  anyIo,
);

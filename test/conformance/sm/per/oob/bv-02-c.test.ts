import { anyIo, complete, exchangeFeatures, pairingCase, withOob } from '../../../harness/legacy-cases.ts';
import { randomOctets } from '../../../harness/smp-crypto.ts';

pairingCase(
  'SM/PER/OOB/BV-02-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: 'secureConnections ? peer.oobDataFlag === 0 || oob?.own !== undefined : oob?.temporaryKey !== undefined',
    to: 'peer.oobDataFlag === 0 || oob?.own !== undefined',
  },
  async (bench, { io, secureConnections }) => {
    // 1. and 2. The tester pairs, and both have out-of-band data. The implementation under test may have Secure Connections besides.
    // 3. It is the same 128-bit value.
    const tk = randomOctets(16);
    const options = { io, ...withOob(tk), secureConnections };
    const pairing = await exchangeFeatures(bench, options, { oob: 1 });
    // 4. Both do phase 2 with it, and the tester encrypts the link with the key of that.
    await complete(bench, pairing, tk);
  },
  anyIo.flatMap((io) =>
    [false, 'preferred' as const].map((secureConnections) => ({ io, secureConnections })),
  ),
);

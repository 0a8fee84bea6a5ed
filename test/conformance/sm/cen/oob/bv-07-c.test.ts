import { anyIo, complete, exchangeFeatures, pairingCase, withMitm } from '../../../harness/legacy-cases.ts';

pairingCase(
  'SM/CEN/OOB/BV-07-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: 'const oob = secureConnections ? initiatorOob || responderOob : initiatorOob && responderOob',
    to: 'const oob = initiatorOob || responderOob',
  },
  async (bench, { io, mitm }) => {
    // 1. The upper tester pairs without out-of-band data, and with protection only if that can be had.
    // 2. The tester has such data, can do nothing, and wants no protection.
    const pairing = await exchangeFeatures(bench, { io, mitm }, { io: 'noInputNoOutput', oob: 1 });
    // 3. Both do phase 2 of Just Works, and the link is encrypted with its key.
    await complete(bench, pairing);
  },
  withMitm(anyIo, [false, 'preferred']),
);

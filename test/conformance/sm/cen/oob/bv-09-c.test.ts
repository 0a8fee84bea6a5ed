import {
  anyIo,
  complete,
  exchangeFeatures,
  pairingCase,
  withMitm,
  withOob,
} from '../../../harness/legacy-cases.ts';
import { randomOctets } from '../../../harness/smp-crypto.ts';

pairingCase(
  'SM/CEN/OOB/BV-09-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: '(secureConnections ? oob?.peer : oob?.temporaryKey) === undefined',
    to: 'oob?.peer === undefined',
  },
  async (bench, { io, mitm }) => {
    // 1. The upper tester pairs with out-of-band data, and with protection only if that can be had.
    // 2. The tester has no such data, can do nothing, and wants no protection.
    const options = { io, mitm, ...withOob(randomOctets(16)) };
    const pairing = await exchangeFeatures(bench, options, { io: 'noInputNoOutput' });
    // 3. Both do phase 2 of Just Works, and the link is encrypted with its key.
    await complete(bench, pairing);
  },
  withMitm(anyIo, [false, 'preferred']),
);

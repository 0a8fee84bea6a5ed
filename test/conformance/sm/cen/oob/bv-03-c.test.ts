import {
  beginPasskeyEntry,
  complete,
  pairingCase,
  passkeyIo,
  withOob,
} from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';
import { randomOctets } from '../../../harness/smp-crypto.ts';

pairingCase(
  'SM/CEN/OOB/BV-03-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: 'const oob = secureConnections ? initiatorOob || responderOob : initiatorOob && responderOob',
    to: 'const oob = initiatorOob',
  },
  async (bench, io) => {
    // 1. and 2. The upper tester pairs with out-of-band data. The tester has none, but a keyboard, and wants protection.
    // 3. and 4. The implementation under test shows a passkey; where it cannot, both enter one.
    const options = withOob(randomOctets(16));
    const features = { io: 'keyboardOnly', auth: Auth.mitm } as const;
    const pairing = await beginPasskeyEntry(bench, io, features, options);
    // 5. Both do phase 2 with the passkey, and the link is encrypted with the key of that.
    await complete(bench, pairing, pairing.tk);
  },
  passkeyIo,
);

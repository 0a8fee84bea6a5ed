import { beginPasskeyEntry, complete, pairingCase, passkeyIo } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/OOB/BV-05-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: 'const oob = secureConnections ? initiatorOob || responderOob : initiatorOob && responderOob',
    to: 'const oob = responderOob',
  },
  async (bench, io) => {
    // 1. and 2. The upper tester pairs without out-of-band data. The tester has some, a keyboard, and wants protection.
    // 3. and 4. The implementation under test shows a passkey; where it cannot, both enter one.
    const features = { io: 'keyboardOnly', oob: 1, auth: Auth.mitm } as const;
    const pairing = await beginPasskeyEntry(bench, io, features);
    // 5. Both do phase 2 with it, and the link is encrypted with the key of that.
    await complete(bench, pairing, pairing.tk);
  },
  passkeyIo,
);

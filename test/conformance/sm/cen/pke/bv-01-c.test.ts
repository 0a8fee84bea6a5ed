import { beginPasskeyEntry, complete, pairingCase, passkeyIo } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/PKE/BV-01-C',
  {
    file: 'src/smp/pairing/legacy-initiator.ts',
    from: 'passkeyOctets(input.passkey)',
    to: 'passkeyOctets(input.passkey >>> 1)',
  },
  async (bench, io) => {
    // 1. and 2. The upper tester pairs, and the tester has a keyboard and wants protection.
    // 3. The implementation under test shows the passkey; where it cannot, both enter one.
    const pairing = await beginPasskeyEntry(bench, io, { io: 'keyboardOnly', auth: Auth.mitm });
    // 4. and 5. Both do phase 2 with it, and the link is encrypted with the key of that.
    await complete(bench, pairing, pairing.tk);
  },
  passkeyIo,
);

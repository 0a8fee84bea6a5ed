import { beginPasskeyEntry, complete, pairingCase, passkeyIo } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/PKE/BV-02-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: '(secureConnections ? secureTable : legacyTable)',
    to: 'secureTable',
  },
  async (bench, io) => {
    // 1. and 2. The tester pairs as one that has keyboard and display and wants protection, and is answered.
    // 3. The tester shows the passkey; where the other side cannot enter it, that one shows it.
    const features = { io: 'keyboardDisplay', auth: Auth.bonding | Auth.mitm } as const;
    const pairing = await beginPasskeyEntry(bench, io, features);
    // 4. and 5. Both do phase 2 with it, and the tester encrypts the link with the key of that.
    await complete(bench, pairing, pairing.tk);
  },
  passkeyIo,
);

import { beginPasskeyEntry, complete, pairingCase, passkeyIo } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/OOB/BV-06-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: 'const oob = secureConnections ? initiatorOob || responderOob : initiatorOob && responderOob',
    to: 'const oob = initiatorOob',
  },
  async (bench, io) => {
    // 1. The tester pairs as one that has keyboard and display and out-of-band data, and wants protection.
    // 2. and 3. The implementation under test has no such data, which is no reason for it to fail.
    // 4. and 5. The tester shows a passkey; where the other side cannot enter it, that one shows it.
    const features = { io: 'keyboardDisplay', oob: 1, auth: Auth.bonding | Auth.mitm } as const;
    const pairing = await beginPasskeyEntry(bench, io, features);
    // 6. Both do phase 2 with it, and the tester encrypts the link with the key of that.
    await complete(bench, pairing, pairing.tk);
  },
  passkeyIo,
);

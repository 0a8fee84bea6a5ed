import { expect } from 'vitest';
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
  'SM/PER/OOB/BV-04-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: 'const oob = secureConnections ? initiatorOob || responderOob : initiatorOob && responderOob',
    to: 'const oob = responderOob',
  },
  async (bench, io) => {
    // 1. The tester pairs as one that has keyboard and display, no out-of-band data, and wants protection.
    // 2. The implementation under test has such data, and wants protection too.
    // 3. and 4. The tester shows a passkey; where the other side cannot enter it, that one shows it.
    const options = withOob(randomOctets(16));
    const features = { io: 'keyboardDisplay', auth: Auth.mitm } as const;
    const pairing = await beginPasskeyEntry(bench, io, features, options);
    expect(pairing.iut.auth & Auth.mitm).toBe(Auth.mitm);
    // 5. Both do phase 2 with the passkey, and the tester encrypts the link with the key of that.
    await complete(bench, pairing, pairing.tk);
  },
  passkeyIo,
);

import { expect } from 'vitest';
import { beginPasskeyEntry, complete, pairingCase, passkeyIo } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/PKE/BV-05-C',
  {
    file: 'src/smp/pairing-material.ts',
    from: 'passkey: randomBelow(LARGEST_PASSKEY + 1)',
    to: 'passkey: 123_456',
  },
  async (bench, io) => {
    const used = new Set<string>();
    for (let time = 0; time < 3; time++) {
      // 1. and 2. The upper tester pairs, and the tester has a keyboard, wants protection and no bond.
      // 3. The implementation under test shows a passkey; where it cannot, both enter one.
      const pairing = await beginPasskeyEntry(bench, io, { io: 'keyboardOnly', auth: Auth.mitm });
      used.add(pairing.tk);
      // 4. and 5. Both do phase 2 with it, and the link is encrypted with the key of that.
      await complete(bench, pairing, pairing.tk);
      // 6. and 7. They part, and no bond is left.
      await bench.reconnectToTester();
      expect(bench.connection.security.bonded).toBe(false);
    }
    // The passkey was another each time.
    expect(used.size).toBe(3);
  },
  passkeyIo,
);

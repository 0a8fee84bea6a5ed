import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { pairByPasskey } from '../../../harness/secure-pairing.ts';
import { Auth } from '../../../harness/smp.ts';

centralCase(
  'SM/CEN/SCPK/BV-05-C',
  {
    file: 'src/smp/pairing-material.ts',
    from: 'randomBelow(LARGEST_PASSKEY + 1)',
    to: 'randomBelow(1)',
  },
  async (bench) => {
    const passkeys = new Set<number>();
    for (let round = 0; round < 3; round++) {
      // 1. The upper tester pairs with a display. 2. The tester answers with a keyboard, does not bond, and wants protection.
      // 3. The implementation under test shows a passkey. 4. and 5. The tester uses it, and the link is encrypted with the key of phase 2.
      const entry = { keypress: true, auth: Auth.keypress };
      passkeys.add(await pairByPasskey(bench, { iut: 'displayOnly', tester: 'keyboardOnly' }, entry));
      // 6. and 7. The link ends, and neither keeps a bond.
      expect(bench.connection.security).toMatchObject({ bonded: false });
      await bench.reconnectToTester();
    }
    // 8. Each was another one.
    expect(passkeys.size).toBe(3);
  },
);

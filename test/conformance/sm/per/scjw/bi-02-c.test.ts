import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { SecurePairing } from '../../../harness/secure-pairing.ts';
import { Auth, Reason } from '../../../harness/smp.ts';

peripheralCase(
  'SM/PER/SCJW/BI-02-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "if (command.kind === 'pairingFailed')",
    to: "if (command.kind === 'pairingFailed' && state.phase !== 'authentication')",
  },
  async (bench) => {
    // 1. The tester asks to bond by Just Works. 2. The implementation under test answers.
    const pairing = await SecurePairing.begin(bench, { bond: true, mitm: false }, { auth: Auth.bonding });
    // 3. Public keys go both ways, and the implementation under test commits to its nonce. The tester ends the pairing.
    await pairing.tester.publicKeys();
    await pairing.tester.smp.expect(`03 ${'..'.repeat(16)}`);
    // 4. The pairing is over, and there is no key.
    await pairing.fail(Reason.confirmValueFailed);
    expect(bench.connection.security).toMatchObject({ encrypted: false, bonded: false });
    expect(await bench.tester.encrypt('00'.repeat(16))).toBe(0x06);
  },
);

import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { LONGEST_WAIT_MS, reconnect } from '../../../harness/secure-connections-cases.ts';
import { SecurePairing, TestUser } from '../../../harness/secure-pairing.ts';
import { Auth, Keys, Reason } from '../../../harness/smp.ts';

const all = Keys.enc | Keys.id | Keys.sign;

peripheralCase(
  'SM/PER/KDU/BI-03-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "if (command.kind === 'pairingFailed')",
    to: "if (command.kind === 'pairingFailed' && state.phase !== 'keys')",
  },
  async (bench) => {
    for (const initiatorKeys of [Keys.none, all]) {
      // 1. The tester asks to bond, and for every key. 2. The implementation under test answers that it gives one at least.
      const features = { auth: Auth.bonding, initiatorKeys, responderKeys: all };
      const options = { bond: true, mitm: false, giveKeys: ['identity', 'signing'] } as const;
      const pairing = await SecurePairing.begin(bench, options, features);
      expect(pairing.iut.responderKeys).toBe(Keys.id | Keys.sign);
      expect(pairing.iut.initiatorKeys === 0).toBe(initiatorKeys === Keys.none);
      if (pairing.iut.initiatorKeys !== 0) {
        // 2A.1 Both do phase 2, and the link is encrypted with its key. 2A.2 The implementation under test gives the keys that were agreed on.
        const { tester } = pairing;
        await tester.encrypt(await tester.checks(await pairing.compare(new TestUser(), false)));
        await tester.takeKeys(true);
      }
      // 2A.3 or 2B.1 The tester rejects a key. 2A.4 or 2B.2 The pairing is over, the upper tester is told, and there is no bond.
      await pairing.fail(Reason.keyRejected);
      expect(bench.connection.security).toMatchObject({ bonded: false });
      await bench.clock.advance(LONGEST_WAIT_MS);
      await reconnect(bench);
    }
  },
  { privacy: true },
);

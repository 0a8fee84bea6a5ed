import { expect } from 'vitest';
import { exchangeFeatures, expectFailure, NO_TK, pairingCase } from '../../../harness/legacy-cases.ts';
import { allKeys } from '../../../harness/legacy-key-distribution.ts';
import { Auth, Keys, pairingFailed, Reason } from '../../../harness/smp.ts';

const every = Keys.enc | Keys.id | Keys.sign;

pairingCase(
  'SM/PER/KDU/BI-02-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "if (command.kind === 'pairingFailed')",
    to: "if (command.kind === 'pairingFailed' && state.phase !== 'keys')",
  },
  async (bench, takeKeys) => {
    const { smp } = bench.tester;
    // 1. The tester pairs, and would give and take all keys.
    const options = { secureConnections: false, giveKeys: allKeys, takeKeys };
    const features = { auth: Auth.bonding, initiatorKeys: every, responderKeys: every };
    const { tester, iut, over } = await exchangeFeatures(bench, options, features);
    // 2. The implementation under test gives all, and takes all or none.
    expect([iut.initiatorKeys, iut.responderKeys]).toEqual([takeKeys.length > 0 ? every : 0, every]);
    if (takeKeys.length > 0) {
      // 2A.1 Both do phase 2, and the tester encrypts the link.
      await tester.encrypt(await tester.legacy(NO_TK));
      // 2A.2 The keys come in their order, and no others.
      await tester.takeKeys();
      await smp.silent();
    }
    // 2A.3 or 2B.1 Key Rejected.
    smp.send(pairingFailed(Reason.keyRejected));
    // 2A.4 or 2B.2 The pairing is over, the upper tester is told so, and nothing is kept of it.
    await expectFailure(bench, over, Reason.keyRejected, 'peer');
    await smp.silent();
    expect(bench.iut.bonds).toEqual([]);
  },
  [allKeys, []],
  () => ({ privacy: true }),
);

import { centralCase } from '../../../harness/case.ts';
import { bothOutOfBand, reportsFailures } from '../../../harness/secure-connections-cases.ts';
import { Reason } from '../../../harness/smp.ts';

centralCase(
  'SM/CEN/SCOB/BI-01-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "step(over, { kind: 'failed', reason: command.reason, origin: 'peer' })",
    to: "step(over, { kind: 'failed', reason: 2, origin: 'peer' })",
  },
  async (bench) => {
    await reportsFailures(bench, {
      // 1. The upper tester pairs with data of the tester. 2. The tester refuses, for each of the reasons. 3. The upper tester is told.
      options: (tester) => ({ oob: bothOutOfBand(bench, tester), secureConnections: true, bond: false }),
      // 4. The tester answers that it has data too. Both exchange public keys, and the implementation under test sends its nonce.
      features: { oob: 1 },
      before: async (pairing) => {
        await pairing.tester.publicKeys();
        await pairing.tester.smp.expect(`04${'..'.repeat(16)}`);
      },
      // 5. The tester ends it for want of data after all, and the upper tester is told.
      last: Reason.oobNotAvailable,
    });
  },
);

import { centralCase } from '../../../harness/case.ts';
import { reportsFailures } from '../../../harness/secure-connections-cases.ts';
import { TestUser } from '../../../harness/secure-pairing.ts';
import { Reason } from '../../../harness/smp.ts';

const io = 'displayYesNo';

centralCase(
  'SM/CEN/SCJW/BI-01-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "step(over, { kind: 'failed', reason: command.reason, origin: 'peer' })",
    to: "step(over, { kind: 'failed', reason: command.reason, origin: 'local' })",
  },
  async (bench) => {
    const user = new TestUser();
    await reportsFailures(bench, {
      // 1. The upper tester pairs with Secure Connections.
      // 2. The tester refuses, for each of the reasons. 3. The upper tester is told, and the tester nothing.
      options: () => ({ io, ui: user.ui, secureConnections: true, bond: false }),
      // 4. The tester answers with features of its own. The user here finds the numbers equal.
      features: { io },
      before: async (pairing) => {
        await pairing.compare(user, true);
        await pairing.tester.smp.expect(`0d${'..'.repeat(16)}`);
      },
      // 5. The tester's user says that the numbers differ, and the upper tester is told.
      last: Reason.numericComparisonFailed,
    });
  },
);

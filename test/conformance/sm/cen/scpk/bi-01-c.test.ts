import { centralCase } from '../../../harness/case.ts';
import { reportsFailures } from '../../../harness/secure-connections-cases.ts';
import { TestUser } from '../../../harness/secure-pairing.ts';
import { Auth, Reason } from '../../../harness/smp.ts';

centralCase(
  'SM/CEN/SCPK/BI-01-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "step(over, { kind: 'failed', reason: command.reason, origin: 'peer' })",
    to: "step(over, { kind: 'failed', reason: 1, origin: 'peer' })",
  },
  async (bench) => {
    const user = new TestUser();
    await reportsFailures(bench, {
      // 1. The upper tester pairs with Secure Connections. 2. The tester refuses, for each of the reasons. 3. The upper tester is told.
      options: () => ({ io: 'displayOnly', ui: user.ui, secureConnections: true, bond: false }),
      // 4. The tester answers with a keyboard, and takes the first commitment.
      features: { io: 'keyboardOnly', auth: Auth.mitm },
      before: async ({ tester }) => {
        await tester.publicKeys();
        await tester.smp.expect(`03${'..'.repeat(16)}`);
      },
      // 5. The tester's user gives up, and the upper tester is told.
      last: Reason.passkeyEntryFailed,
    });
  },
);

import { peripheralCase } from '../../../harness/case.ts';
import { reportsFailures } from '../../../harness/secure-connections-cases.ts';
import { TestUser } from '../../../harness/secure-pairing.ts';
import { Auth, Reason } from '../../../harness/smp.ts';

peripheralCase(
  'SM/PER/SCPK/BI-04-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "if (command.kind === 'pairingFailed')",
    to: "if (command.kind === 'pairingFailed' && setup.role === 'initiator')",
  },
  async (bench) => {
    const user = new TestUser();
    await reportsFailures(bench, {
      // 1. The tester asks for protection with a keyboard. 2. The implementation under test answers. 3. and 4. The tester refuses, for each of the reasons,
      // and the upper tester is told.
      options: () => ({ io: 'displayOnly', ui: user.ui }),
      // Once more both exchange features, and public keys.
      features: { io: 'keyboardOnly', auth: Auth.mitm },
      // 5. The tester's user gives up, and the upper tester is told.
      last: Reason.passkeyEntryFailed,
    });
  },
);

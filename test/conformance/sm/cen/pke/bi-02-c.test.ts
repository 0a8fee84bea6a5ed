import { beginPasskeyEntry, expectFailure, pairingCase, passkeyIo } from '../../../harness/legacy-cases.ts';
import { Auth, pairingFailed, Reason } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/PKE/BI-02-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "if (command.kind === 'pairingFailed')",
    to: "if (command.kind === 'pairingFailed' && state.phase !== 'authentication')",
  },
  async (bench, io) => {
    const { smp } = bench.tester;
    // 1. to 3. The upper tester pairs, the tester has a keyboard and wants protection, and the implementation under test has its passkey.
    const { over } = await beginPasskeyEntry(bench, io, { io: 'keyboardOnly', auth: Auth.mitm });
    await smp.expect('03 *');
    // 4. The tester's user does not enter it: Passkey Entry Failed.
    smp.send(pairingFailed(Reason.passkeyEntryFailed));
    // 5. The pairing is over. The upper tester is told why and by whom, and the tester nothing.
    await expectFailure(bench, over, Reason.passkeyEntryFailed, 'peer');
    await smp.silent();
  },
  passkeyIo,
);

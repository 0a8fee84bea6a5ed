import {
  beginPasskeyEntry,
  expectNoReflection,
  pairingCase,
  passkeyIo,
} from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/PKE/BI-03-C',
  {
    file: 'src/smp/pairing/legacy-initiator.ts',
    from: 'if (equalSecrets(peerConfirm, state.ownConfirm)) return fail(PairingFailedReason.confirmValueFailed);',
    to: 'if (equalSecrets(peerConfirm, state.ownConfirm)) return fail(PairingFailedReason.passkeyEntryFailed);',
  },
  async (bench, io) => {
    // 1. and 2. The upper tester pairs, and the tester has a keyboard and wants protection.
    // 3. and 4. The implementation under test shows the passkey; where it cannot, both enter one.
    const pairing = await beginPasskeyEntry(bench, io, { io: 'keyboardOnly', auth: Auth.mitm });
    // 5. to 7. The tester gives back the confirm value that it got, and the random value if it gets that: Confirm Value Failed.
    await expectNoReflection(bench, pairing);
  },
  passkeyIo,
);

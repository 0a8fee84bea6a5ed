import { peripheralCase } from '../../../harness/case.ts';
import { refusesCommitment } from '../../../harness/secure-connections-cases.ts';

peripheralCase(
  'SM/PER/SCPK/BI-03-C',
  {
    file: 'src/smp/pairing/passkey-responder.ts',
    from: 'if (!equalSecrets(committed, state.peerConfirm)) return',
    to: 'if (!equalSecrets(committed, state.peerConfirm) && round > 0) return',
  },
  // 1. The tester asks to bond with protection; it has a keyboard. 2. The implementation under test answers.
  // 3. The tester's commitment is wrong, in the first or in the last round. 4. The implementation under test says so when it knows the nonce.
  refusesCommitment,
);

import { centralCase } from '../../../harness/case.ts';
import { refusesCommitment } from '../../../harness/secure-connections-cases.ts';

centralCase(
  'SM/CEN/SCPK/BI-02-C',
  {
    file: 'src/smp/pairing/passkey-initiator.ts',
    from: 'if (!equalSecrets(committed, state.peerConfirm)) return',
    to: 'if (!equalSecrets(committed, state.peerConfirm) && round > 0) return',
  },
  // 1. The upper tester pairs, to bond. 2. The tester answers with a keyboard, and wants protection.
  // 3. The tester's commitment is wrong, in the first or in the last round. 4. The implementation under test says so when it knows the nonce.
  refusesCommitment,
);

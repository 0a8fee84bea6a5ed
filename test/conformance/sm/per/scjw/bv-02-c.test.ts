import { peripheralCase } from '../../../harness/case.ts';
import { pairsOverTable } from '../../../harness/secure-connections-cases.ts';

peripheralCase(
  'SM/PER/SCJW/BV-02-C',
  {
    file: 'src/smp/pairing/comparison-responder.ts',
    from: 'g2(keys.peerKey.x, x, evidence.initiatorNonce',
    to: 'g2(x, keys.peerKey.x, evidence.initiatorNonce',
  },
  // 1. The tester asks to pair with Secure Connections, and wants no protection. 2. The implementation under test answers, with the MITM flag that is said.
  // 3. Both do phase 2, and the link is encrypted with its key. 4. No nonce is used twice.
  pairsOverTable,
);

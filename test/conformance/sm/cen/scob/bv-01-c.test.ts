import { centralCase } from '../../../harness/case.ts';
import { pairsOutOfBand } from '../../../harness/secure-connections-cases.ts';

centralCase(
  'SM/CEN/SCOB/BV-01-C',
  {
    file: 'src/smp/pairing/oob.ts',
    from: 'initiatorR: known(ofInitiator, response.oobDataFlag)',
    to: 'initiatorR: known(ofInitiator, 1)',
  },
  // 1. The upper tester pairs. 2. The tester answers. Each says whether it has data of the other. 3. Whoever has data compares it with the other's public key.
  // 4. Both do phase 2, and the link is encrypted with a key that the data vouch for.
  pairsOutOfBand,
);

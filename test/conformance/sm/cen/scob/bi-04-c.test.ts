import { centralCase } from '../../../harness/case.ts';
import { refusesOutOfBandData } from '../../../harness/secure-connections-cases.ts';

centralCase(
  'SM/CEN/SCOB/BI-04-C',
  {
    file: 'src/smp/pairing/public-keys.ts',
    from: 'return data === undefined || equalSecrets(',
    to: 'return data !== undefined || equalSecrets(',
  },
  // The tester has told wrong data. 1. The upper tester pairs with it. 2. The tester answers that it has data too.
  // 3. The implementation under test has the tester's public key, and says that its confirm value has failed. The tester ends the link.
  refusesOutOfBandData,
);

import { peripheralCase } from '../../../harness/case.ts';
import { pairsOutOfBand } from '../../../harness/secure-connections-cases.ts';

peripheralCase(
  'SM/PER/SCOB/BV-02-C',
  {
    file: 'src/smp/pairing/oob.ts',
    from: 'flag === 1 && side !== undefined',
    to: 'side !== undefined',
  },
  // 1. The tester asks. 2. The implementation under test answers. Each says whether it has data of the other. 3. Whoever has data compares it with the other's
  // public key. 4. Both do phase 2, and the link is encrypted with a key that the data vouch for.
  pairsOutOfBand,
);

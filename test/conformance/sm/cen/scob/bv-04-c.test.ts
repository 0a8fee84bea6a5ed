import { centralCase } from '../../../harness/case.ts';
import { pairsOutOfBandWithReservedBits } from '../../../harness/secure-connections-cases.ts';

centralCase(
  'SM/CEN/SCOB/BV-04-C',
  {
    file: 'src/smp/pairing/secure.ts',
    from: 'Uint8Array.of(authReq, oobDataFlag, ioCapability)',
    to: 'Uint8Array.of(authReq & 0x1f, oobDataFlag, ioCapability)',
  },
  // 1. The upper tester pairs with the tester's data and any IO capability, and asks for nothing more. 2. The tester answers that it has data too, and sets all
  // reserved bits of AuthReq. 3. Both do phase 2 with the data, and the link is encrypted with its key.
  pairsOutOfBandWithReservedBits,
);

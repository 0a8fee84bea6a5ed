import { centralCase } from '../../../harness/case.ts';
import { worksWithReservedBits } from '../../../harness/secure-connections-cases.ts';

centralCase(
  'SM/CEN/SCJW/BV-04-C',
  {
    file: 'src/smp/pairing/secure.ts',
    from: 'Uint8Array.of(authReq, oobDataFlag, ioCapability)',
    to: 'Uint8Array.of(authReq & 0x1f, oobDataFlag, ioCapability)',
  },
  // 1. The upper tester pairs, with whatever IO capability. 2. The tester has no input and no output, and sets all reserved bits of AuthReq.
  // 3. Both do phase 2 of Just Works, and the link is encrypted with its key.
  worksWithReservedBits,
);

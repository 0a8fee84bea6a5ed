import { peripheralCase } from '../../../harness/case.ts';
import { worksWithReservedBits } from '../../../harness/secure-connections-cases.ts';

peripheralCase(
  'SM/PER/SCJW/BV-03-C',
  {
    file: 'src/smp/pairing/secure.ts',
    from: 'Uint8Array.of(authReq, oobDataFlag, ioCapability)',
    to: 'Uint8Array.of(authReq & 0x1f, oobDataFlag, ioCapability)',
  },
  // 1. The tester asks: it has no input and no output, and sets all reserved bits of AuthReq. 2. The answer, with whatever IO capability, has none of them.
  // 3. Both do phase 2 of Just Works, and the link is encrypted with its key.
  worksWithReservedBits,
);

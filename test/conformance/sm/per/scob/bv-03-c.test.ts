import { peripheralCase } from '../../../harness/case.ts';
import { pairsOutOfBandWithReservedBits } from '../../../harness/secure-connections-cases.ts';

peripheralCase(
  'SM/PER/SCOB/BV-03-C',
  {
    file: 'src/smp/pairing/secure.ts',
    from: 'Uint8Array.of(authReq, oobDataFlag, ioCapability)',
    to: 'Uint8Array.of(authReq & 0x1f, oobDataFlag, ioCapability)',
  },
  // 1. The tester asks: it has data, and sets all reserved bits of AuthReq. 2. The answer, with any IO capability and data, has none of them.
  // 3. Both do phase 2 with the data, and the link is encrypted with its key.
  pairsOutOfBandWithReservedBits,
);

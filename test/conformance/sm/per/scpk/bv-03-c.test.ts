import { peripheralCase } from '../../../harness/case.ts';
import { entersWithReservedBits } from '../../../harness/secure-connections-cases.ts';

peripheralCase(
  'SM/PER/SCPK/BV-03-C',
  {
    file: 'src/smp/pairing/secure.ts',
    from: 'Uint8Array.of(authReq, oobDataFlag, ioCapability)',
    to: 'Uint8Array.of(authReq & 0x1f, oobDataFlag, ioCapability)',
  },
  // 1. The tester asks for protection with a keyboard, and sets all reserved bits of AuthReq. 2. The answer has none of them.
  // 3. Both do phase 2 of Passkey Entry, and the link is encrypted with its key.
  entersWithReservedBits,
);

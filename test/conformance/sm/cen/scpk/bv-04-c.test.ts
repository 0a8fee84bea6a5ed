import { centralCase } from '../../../harness/case.ts';
import { entersWithReservedBits } from '../../../harness/secure-connections-cases.ts';

centralCase(
  'SM/CEN/SCPK/BV-04-C',
  {
    file: 'src/smp/pairing/secure.ts',
    from: 'Uint8Array.of(authReq, oobDataFlag, ioCapability)',
    to: 'Uint8Array.of(authReq & 0x1f, oobDataFlag, ioCapability)',
  },
  // 1. The upper tester pairs. 2. The tester answers with a keyboard, wants protection, and sets all reserved bits of AuthReq.
  // 3. Both do phase 2 of Passkey Entry, and the link is encrypted with its key.
  entersWithReservedBits,
);

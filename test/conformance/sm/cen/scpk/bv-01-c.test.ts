import { centralCase } from '../../../harness/case.ts';
import { entersOverTable } from '../../../harness/secure-connections-cases.ts';

centralCase(
  'SM/CEN/SCPK/BV-01-C',
  {
    file: 'src/smp/pairing/passkey-initiator.ts',
    from: 'round + 1 < PASSKEY_BITS',
    to: 'round + 2 < PASSKEY_BITS',
  },
  // 1. The upper tester pairs with Secure Connections. 2. The tester answers with protection.
  // 3. Whoever has no keyboard shows a passkey, and the other's user enters it. Keys are told where both sides have said so.
  // 4. and 5. Both do the rounds with that passkey, and the link is encrypted with the key of phase 2.
  entersOverTable,
);

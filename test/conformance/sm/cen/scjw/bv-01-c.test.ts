import { centralCase } from '../../../harness/case.ts';
import { pairsOverTable } from '../../../harness/secure-connections-cases.ts';

centralCase(
  'SM/CEN/SCJW/BV-01-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: '[IoCapability.keyboardDisplay]: [fromInitiator, number, fromResponder, works, number]',
    to: '[IoCapability.keyboardDisplay]: [fromInitiator, number, fromResponder, works, works]',
  },
  // 1. The upper tester pairs, with the MITM flag that is said and Secure Connections. 2. The tester answers, and wants no protection.
  // 3. Both do phase 2, and the link is encrypted with its key. 4. No nonce is used twice.
  pairsOverTable,
);

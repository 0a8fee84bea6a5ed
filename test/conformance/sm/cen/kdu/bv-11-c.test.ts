import { distributionCase } from '../../../harness/secure-key-distribution.ts';

// 1. The upper tester pairs to bond: the implementation under test offers its CSRK, and asks for no key. 2. The tester agrees.
// 3. Both do phase 2. 4. The implementation under test gives that key, and no other.
distributionCase('SM/CEN/KDU/BV-11-C', 'central', 'signing', {
  file: 'src/smp/pairing/pairing-terms.ts',
  from: 'return a & b & (idKey | signKey | (secureConnections ? 0 : encKey))',
  to: 'return a & b & (idKey | (secureConnections ? 0 : signKey | encKey))',
});

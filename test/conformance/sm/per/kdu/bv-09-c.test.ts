import { distributionCase } from '../../../harness/secure-key-distribution.ts';

// 1. The tester asks to bond: it wants of the implementation under test its CSRK alone, and gives nothing. 2. The answer has named the same.
// 3. Both do phase 2. 4. The implementation under test gives that key, and no other.
distributionCase('SM/PER/KDU/BV-09-C', 'peripheral', 'signing', {
  file: 'src/smp/pairing/pairing-terms.ts',
  from: 'return a & b & (idKey | signKey | (secureConnections ? 0 : encKey))',
  to: 'return a & b & (idKey | (secureConnections ? 0 : signKey | encKey))',
});

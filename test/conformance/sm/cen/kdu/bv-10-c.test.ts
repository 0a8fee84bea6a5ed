import { distributionCase } from '../../../harness/secure-key-distribution.ts';

// 1. The upper tester pairs to bond: the implementation under test offers its identity, and asks for no key. 2. The tester agrees.
// 3. Both do phase 2. 4. The implementation under test gives that key, and no other.
distributionCase('SM/CEN/KDU/BV-10-C', 'central', 'identity', {
  file: 'src/smp/pairing/distribution.ts',
  from: "addressType: type === 'public' ? 0 : 1",
  to: 'addressType: 0',
});

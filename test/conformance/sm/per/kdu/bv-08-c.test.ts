import { distributionCase } from '../../../harness/secure-key-distribution.ts';

// 1. The tester asks to bond: it wants of the implementation under test its identity alone, and gives nothing. 2. The answer has named the same.
// 3. Both do phase 2. 4. The implementation under test gives that key, and no other.
distributionCase('SM/PER/KDU/BV-08-C', 'peripheral', 'identity', {
  file: 'src/smp/pairing/distribution.ts',
  from: "type === 'public' ? 0 : 1",
  to: "type === 'public' ? 0 : 2",
});

import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { distributeOnly } from '../../../harness/legacy-key-distribution.ts';

centralCase(
  'SM/CEN/KDU/BV-06-C',
  {
    file: 'src/smp/pairing/distribution.ts',
    from: "const mask = role === 'initiator' ? initiatorKeys : responderKeys",
    to: 'const mask = responderKeys',
  },
  async (bench) => {
    // 1. and 2. The upper tester pairs, gives the long-term key alone and asks for nothing. The tester agrees.
    // 3. Both do phase 2, and the link is encrypted.
    // 4. The key comes with EDIV and Rand, and nothing else does.
    const keys = await distributeOnly(bench, 'encryption');
    expect(Object.keys(keys)).toEqual(['ltk', 'ediv', 'rand']);
  },
);

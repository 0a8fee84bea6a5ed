import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { distributeOnly } from '../../../harness/legacy-key-distribution.ts';

peripheralCase(
  'SM/PER/KDU/BV-03-C',
  {
    file: 'src/smp/pairing-options.ts',
    from: 'signing: KeyDistribution.signKey',
    to: 'signing: 0',
  },
  async (bench) => {
    // 1. and 2. The tester pairs, asks for the signature key alone, and gives nothing. The implementation under test agrees.
    // 3. Both do phase 2, and the tester encrypts the link.
    // 4. The key comes, and nothing else does.
    const keys = await distributeOnly(bench, 'signing');
    expect(Object.keys(keys)).toEqual(['csrk']);
  },
);

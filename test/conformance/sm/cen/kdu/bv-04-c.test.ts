import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { distributeOnly } from '../../../harness/legacy-key-distribution.ts';

centralCase(
  'SM/CEN/KDU/BV-04-C',
  {
    file: 'src/smp/pairing/distribution.ts',
    from: "commands.push({ kind: 'signingInformation', signatureKey: csrk });",
    to: '',
  },
  async (bench) => {
    // 1. and 2. The upper tester pairs, gives the signature key alone and asks for nothing. The tester agrees.
    // 3. Both do phase 2, and the link is encrypted.
    // 4. The key comes, and nothing else does.
    const keys = await distributeOnly(bench, 'signing');
    expect(Object.keys(keys)).toEqual(['csrk']);
  },
);

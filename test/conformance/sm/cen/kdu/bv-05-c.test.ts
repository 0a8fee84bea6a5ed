import { expect } from 'vitest';
import { pairingCase } from '../../../harness/legacy-cases.ts';
import { distributeOnly, identityOnAir } from '../../../harness/legacy-key-distribution.ts';

pairingCase(
  'SM/CEN/KDU/BV-05-C',
  {
    file: 'src/smp/pairing/distribution.ts',
    from: "addressType: type === 'public' ? 0 : 1",
    to: 'addressType: 0',
  },
  async (bench) => {
    // 1. and 2. The upper tester pairs, gives the identity alone and asks for nothing. The tester agrees.
    // 3. Both do phase 2, and the link is encrypted.
    // 4. The IRK comes, and the address with its type: public, or static random.
    const keys = await distributeOnly(bench, 'identity');
    expect(Object.keys(keys)).toEqual(['irk', 'address']);
    expect(keys.address).toBe(identityOnAir(bench));
  },
  [{}, { controller: { address: null } }],
  (controllers) => ({ ...controllers, privacy: true }),
);

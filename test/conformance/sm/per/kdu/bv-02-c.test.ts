import { expect } from 'vitest';
import { pairingCase } from '../../../harness/legacy-cases.ts';
import { distributeOnly, identityOnAir } from '../../../harness/legacy-key-distribution.ts';

pairingCase(
  'SM/PER/KDU/BV-02-C',
  {
    file: 'src/smp/pairing/distribution.ts',
    from: "addressType: type === 'public' ? 0 : 1",
    to: 'addressType: 0',
  },
  async (bench) => {
    // 1. and 2. The tester pairs, asks for the identity alone, and gives nothing. The implementation under test agrees.
    // 3. Both do phase 2, and the tester encrypts the link.
    // 4. The IRK comes, and the address with its type: public, or static random.
    const keys = await distributeOnly(bench, 'identity');
    expect(Object.keys(keys)).toEqual(['irk', 'address']);
    expect(keys.address).toBe(identityOnAir(bench));
  },
  [{}, { controller: { address: null } }],
  (controllers) => ({ ...controllers, privacy: true }),
);

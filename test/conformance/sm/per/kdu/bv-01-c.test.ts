import { expect } from 'vitest';
import { pairingCase } from '../../../harness/legacy-cases.ts';
import { distributeOnly, LINK_KEY } from '../../../harness/legacy-key-distribution.ts';
import { Keys } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/KDU/BV-01-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: 'initiatorKeyDistribution: request.initiatorKeyDistribution & choices.take',
    to: 'initiatorKeyDistribution: request.initiatorKeyDistribution & (choices.take | 0x08)',
  },
  async (bench, initiatorKeys) => {
    // 1. and 2. The tester pairs, asks for the long-term key alone, and gives nothing that there is on LE. The implementation under test agrees.
    // 3. Both do phase 2, and the tester encrypts the link.
    // 4. The key comes with EDIV and Rand, and nothing else does.
    const keys = await distributeOnly(bench, 'encryption', initiatorKeys);
    expect(Object.keys(keys)).toEqual(['ltk', 'ediv', 'rand']);
  },
  [Keys.none, LINK_KEY],
);

import { nonBondableRounds } from '../../../harness/bonding.ts';
import { centralCase } from '../../../harness/case.ts';

// The tester asks, with a Security Request, and the implementation under test pairs.
centralCase(
  'GAP/BOND/NBON/BV-01-C',
  {
    file: 'src/smp/bond-making.ts',
    from: 'if (!terms.bonding || (peerKey',
    to: 'if (terms.bonding && (peerKey',
  },
  (bench) => nonBondableRounds(bench, 'tester'),
);

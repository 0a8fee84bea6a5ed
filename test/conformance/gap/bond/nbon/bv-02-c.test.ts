import { nonBondableRounds } from '../../../harness/bonding.ts';
import { centralCase } from '../../../harness/case.ts';

// The upper tester asks, and the implementation under test pairs.
centralCase(
  'GAP/BOND/NBON/BV-02-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: '(choices.bonding ? AuthReq.bonding : 0) |',
    to: 'AuthReq.bonding |',
  },
  (bench) => nonBondableRounds(bench, 'iut'),
);

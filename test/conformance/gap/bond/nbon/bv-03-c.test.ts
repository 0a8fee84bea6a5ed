import { nonBondableRounds } from '../../../harness/bonding.ts';
import { peripheralCase } from '../../../harness/case.ts';

// The tester pairs as central.
peripheralCase(
  'GAP/BOND/NBON/BV-03-C',
  {
    file: 'src/smp/pairing-options.ts',
    from: 'const bonding = bond && abilities.bonds;',
    to: 'const bonding = abilities.bonds;',
  },
  (bench) => nonBondableRounds(bench, 'tester'),
);

import { bondingCase } from '../../../harness/bonding.ts';

// The tester asks its central to pair, with a Security Request.
bondingCase('GAP/BOND/BON/BV-04-C', 'central', 'tester', {
  file: 'src/smp/pairing-options.ts',
  from: 'take: bonding ? bitsOf(options.takeKeys) : 0,',
  to: 'take: 0,',
});

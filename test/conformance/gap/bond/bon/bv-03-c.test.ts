import { bondingCase } from '../../../harness/bonding.ts';

bondingCase('GAP/BOND/BON/BV-03-C', 'peripheral', 'tester', {
  file: 'src/smp/security-manager.ts',
  from: 'else if (bond !== undefined && key?.ediv === ediv && equalSecrets(key.rand, rand))',
  to: 'else if (bond !== undefined && key?.ediv !== ediv && equalSecrets(key.rand, rand))',
});

import { establishmentCase } from '../../../harness/establishing.ts';

establishmentCase('GAP/CONN/SCEP/BV-01-C', 'selective', 'directed', {
  file: 'src/gap/scanning/scanner.ts',
  from: 'accepts: acceptOnly && new Set(acceptOnly.map(',
  to: 'accepts: acceptOnly && new Set(acceptOnly.slice(1).map(',
});

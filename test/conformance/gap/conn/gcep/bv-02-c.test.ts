import { establishmentCase } from '../../../harness/establishing.ts';

establishmentCase('GAP/CONN/GCEP/BV-02-C', 'general', 'undirected', {
  file: 'src/gap/scanning/scan.ts',
  from: 'if (accepts === undefined || accepts.has(',
  to: 'if (accepts !== undefined && accepts.has(',
});

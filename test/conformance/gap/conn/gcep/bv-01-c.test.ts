import { establishmentCase } from '../../../harness/establishing.ts';

establishmentCase('GAP/CONN/GCEP/BV-01-C', 'general', 'directed', {
  file: 'src/gap/scanning/scan-result.ts',
  from: 'ReportBit.connectable) !== 0',
  to: 'ReportBit.connectable) === 0',
});

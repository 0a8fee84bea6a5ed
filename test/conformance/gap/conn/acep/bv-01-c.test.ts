import { establishmentCase } from '../../../harness/establishing.ts';

establishmentCase('GAP/CONN/ACEP/BV-01-C', 'auto', 'directed', {
  file: 'src/gap/connecting/connect-queue.ts',
  from: 'isLasting(one.peer) && sameParameters',
  to: '!isLasting(one.peer) && sameParameters',
});

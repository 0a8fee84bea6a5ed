import { establishmentCase } from '../../../harness/establishing.ts';

establishmentCase('GAP/CONN/DCEP/BV-01-C', 'direct', 'directed', {
  file: 'src/gap/connecting/connect.ts',
  from: 'const waiter = this.#queue.find((one) => isPeerOf(newLink, one.peer));',
  to: 'const waiter = this.#queue.find((one) => !isPeerOf(newLink, one.peer));',
});

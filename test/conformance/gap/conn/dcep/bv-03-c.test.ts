import { establishmentCase } from '../../../harness/establishing.ts';

establishmentCase('GAP/CONN/DCEP/BV-03-C', 'direct', 'undirected', {
  file: 'src/gap/connecting/connect.ts',
  from: 'waiter.settle.resolve(newLink);',
  to: 'waiter.settle.reject(new Error(newLink.peer.address));',
});

import { establishmentCase } from '../../../harness/establishing.ts';

establishmentCase('GAP/CONN/DCEP/BV-03-C', 'direct', 'undirected', {
  file: 'src/gap/adapter.ts',
  from: "device(address: string, type: AddressType = 'public'): Device {",
  to: "device(address: string, type: AddressType = 'random'): Device {",
});

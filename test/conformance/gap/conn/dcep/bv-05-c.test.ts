import { privateEstablishmentCase } from '../../../harness/establishing.ts';

privateEstablishmentCase('GAP/CONN/DCEP/BV-05-C', 'direct', 'directed', {
  file: 'src/gap/privacy/shown-addresses.ts',
  from: 'resolvableAddressFrom(irk, randomBytes(3))',
  to: 'resolvableAddressFrom(randomBytes(16), randomBytes(3))',
});

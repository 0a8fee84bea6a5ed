import { privateEstablishmentCase } from '../../../harness/establishing.ts';

privateEstablishmentCase('GAP/CONN/SCEP/BV-03-C', 'selective', 'directed', {
  file: 'src/gap/privacy/shown-addresses.ts',
  from: 'resolvableAddressFrom(irk, randomBytes(3))',
  to: 'resolvableAddressFrom(randomBytes(16), randomBytes(3))',
});

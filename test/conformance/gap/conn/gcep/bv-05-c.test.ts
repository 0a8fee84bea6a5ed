import { privateEstablishmentCase } from '../../../harness/establishing.ts';

privateEstablishmentCase('GAP/CONN/GCEP/BV-05-C', 'general', 'directed', {
  file: 'src/gap/privacy/shown-addresses.ts',
  from: 'resolvableAddressFrom(irk, randomBytes(3))',
  to: 'resolvableAddressFrom(randomBytes(16), randomBytes(3))',
});

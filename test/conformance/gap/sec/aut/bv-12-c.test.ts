import { refusedWithoutBond } from '../../../harness/service-response.ts';

refusedWithoutBond('GAP/SEC/AUT/BV-12-C', 'central', {
  file: 'src/smp/security-manager.ts',
  from: '} else this.#pairer.pairAsAsked();',
  to: '}',
});

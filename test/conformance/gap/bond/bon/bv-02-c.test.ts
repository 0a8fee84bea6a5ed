import { bondingCase } from '../../../harness/bonding.ts';

bondingCase('GAP/BOND/BON/BV-02-C', 'central', 'iut', {
  file: 'src/smp/security-manager.ts',
  from: 'this.#encrypter.begin(bond.peerKey, { strength: bond })',
  to: 'this.#encrypter.begin({ ...bond.peerKey, value: new Uint8Array(16) }, { strength: bond })',
});

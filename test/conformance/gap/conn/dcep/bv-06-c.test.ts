import { privateEstablishmentCase } from '../../../harness/establishing.ts';

privateEstablishmentCase('GAP/CONN/DCEP/BV-06-C', 'direct', 'undirected', {
  file: 'src/gap/privacy/peer-identities.ts',
  from: 'this.#resolvable.find(({ hash }) => isMadeWith(hash, address))',
  to: 'this.#resolvable.find(() => address.length === 0)',
});

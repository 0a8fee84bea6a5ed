import { privateEstablishmentCase } from '../../../harness/establishing.ts';

privateEstablishmentCase('GAP/CONN/GCEP/BV-06-C', 'general', 'undirected', {
  file: 'src/gap/privacy/peer-identities.ts',
  from: 'this.#resolvable.find(({ hash }) => isMadeWith(hash, address))',
  to: 'this.#resolvable.find(() => address.length === 0)',
});

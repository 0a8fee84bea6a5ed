import { lostBondAsCentral } from '../../../harness/lost-bond.ts';
import { secureLevel2 } from '../../../harness/protected.ts';

lostBondAsCentral('GAP/SEC/AUT/BV-25-C', secureLevel2, {
  file: 'src/smp/link-encrypter.ts',
  from: 'this.#inUse = error === undefined ? offered?.strength : undefined;',
  to: 'this.#inUse = offered?.strength;',
});

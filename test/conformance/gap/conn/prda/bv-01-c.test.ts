import { privateBondCase } from '../../../harness/private-bond.ts';

privateBondCase('GAP/CONN/PRDA/BV-01-C', 'peripheral', {
  file: 'src/smp/link-bond.ts',
  from: 'this.#peer = outcome.peer.identity ?? this.#peer;',
  to: 'this.#peer = this.#peer;',
});

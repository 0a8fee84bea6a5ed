import { peripheralCase } from '../../../harness/case.ts';
import { noticeAsPeripheral } from '../../../harness/lost-bond.ts';
import { secureLevel2 } from '../../../harness/protected.ts';

peripheralCase(
  'GAP/SEC/AUT/BV-22-C',
  {
    file: 'src/smp/pairing-maker.ts',
    from: 'if (hasLostBond && !this.#asksSomebody(policy, peer))',
    to: 'if (hasLostBond && this.#asksSomebody(policy, peer))',
  },
  (bench) => noticeAsPeripheral(bench, secureLevel2),
);

import { lostBondAsPeripheral } from '../../../harness/lost-bond.ts';
import { level2 } from '../../../harness/protected.ts';

lostBondAsPeripheral('GAP/SEC/AUT/BV-20-C', level2, {
  file: 'src/smp/security-manager.ts',
  from: 'this.#request.sent({ testsBond: true });',
  to: 'this.#request.sent({ testsBond: false });',
});

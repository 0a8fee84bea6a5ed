import { lostBondAsPeripheral } from '../../../harness/lost-bond.ts';
import { level3 } from '../../../harness/protected.ts';

lostBondAsPeripheral('GAP/SEC/AUT/BV-28-C', level3, {
  file: 'src/smp/security-manager.ts',
  from: 'this.#request.failed(encryptionFailure(this.peer.address, HciErrorCode.pinOrKeyMissing, true));',
  to: 'this.#request.answered();',
});

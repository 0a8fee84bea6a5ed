import { level4 } from '../../../harness/protected.ts';
import { outgoing } from '../../../harness/service-level.ts';

outgoing('GAP/SEC/SEM/BV-21-C', 'peripheral', level4, {
  file: 'src/gap/link/link-security.ts',
  from: 'await this.#manager.pair(needsProtection ? { ...policy, mitm: true } : policy, {});',
  to: 'await this.#manager.pair({ ...policy, secureConnections: false }, {});',
});

import { secureLevel2 } from '../../../harness/protected.ts';
import { incoming } from '../../../harness/service-level.ts';

incoming('GAP/SEC/SEM/BV-43-C', 'central', secureLevel2, {
  file: 'src/smp/pairer.ts',
  from: 'if (plan !== undefined) this.#start(plan).begin();',
  to: '',
});

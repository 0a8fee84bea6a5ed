import { level4 } from '../../../harness/protected.ts';
import { incoming } from '../../../harness/service-level.ts';

incoming('GAP/SEC/SEM/BV-22-C', 'peripheral', level4, {
  file: 'src/gatt/access.ts',
  from: 'if (rule.secureConnections === true && !security.secureConnections)',
  to: 'if (rule.secureConnections === true && security.secureConnections)',
});

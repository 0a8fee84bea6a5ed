import { level4 } from '../../../harness/protected.ts';
import { incoming } from '../../../harness/service-level.ts';

incoming('GAP/SEC/SEM/BV-27-C', 'central', level4, {
  file: 'src/gap/security.ts',
  from: 'secureConnections: security.secureConnections,',
  to: 'secureConnections: false,',
});

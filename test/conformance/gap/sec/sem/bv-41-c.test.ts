import { secureLevel2 } from '../../../harness/protected.ts';
import { outgoing } from '../../../harness/service-level.ts';

outgoing('GAP/SEC/SEM/BV-41-C', 'central', secureLevel2, {
  file: 'src/gap/security.ts',
  from: 'if (!authenticated) return 2;',
  to: 'if (!authenticated) return 3;',
});

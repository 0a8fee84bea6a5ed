import { secureLevel2 } from '../../../harness/protected.ts';
import { incoming } from '../../../harness/service-level.ts';

incoming('GAP/SEC/SEM/BV-39-C', 'peripheral', secureLevel2, {
  file: 'src/gap/security.ts',
  from: 'encrypted: security.encrypted,',
  to: 'encrypted: security.authenticated,',
});

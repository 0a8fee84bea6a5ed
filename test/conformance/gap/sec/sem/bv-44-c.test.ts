import { level4 } from '../../../harness/protected.ts';
import { incoming } from '../../../harness/service-level.ts';

incoming('GAP/SEC/SEM/BV-44-C', 'central', level4, {
  file: 'src/gap/security.ts',
  from: 'authenticated: security.authenticated,',
  to: 'authenticated: security.level === 3,',
});

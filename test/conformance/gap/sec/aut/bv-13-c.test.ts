import { refusedWithWeakBond } from '../../../harness/service-response.ts';

refusedWithWeakBond('GAP/SEC/AUT/BV-13-C', 'central', {
  file: 'src/smp/security-manager.ts',
  from: '(key.authenticated || (authReq & AuthReq.mitm) === 0) &&',
  to: '',
});

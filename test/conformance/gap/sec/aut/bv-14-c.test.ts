import { refusedWithWeakBond } from '../../../harness/service-response.ts';

refusedWithWeakBond('GAP/SEC/AUT/BV-14-C', 'peripheral', {
  file: 'src/gatt/access.ts',
  from: 'if (rule.authenticated === true && !security.authenticated) return AttErrorCode.insufficientAuthentication;',
  to: '',
});

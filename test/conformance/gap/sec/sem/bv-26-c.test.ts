import { level4 } from '../../../harness/protected.ts';
import { outgoing } from '../../../harness/service-level.ts';

outgoing('GAP/SEC/SEM/BV-26-C', 'central', level4, {
  file: 'src/gatt/client/client-requests.ts',
  from: '  AttErrorCode.insufficientAuthentication,',
  to: '',
});

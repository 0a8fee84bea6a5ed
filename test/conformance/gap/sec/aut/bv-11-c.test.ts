import { refusedWithoutBond } from '../../../harness/service-response.ts';

refusedWithoutBond('GAP/SEC/AUT/BV-11-C', 'peripheral', {
  file: 'src/gatt/access.ts',
  from: 'return security.hasKey ? AttErrorCode.insufficientEncryption : AttErrorCode.insufficientAuthentication;',
  to: 'return AttErrorCode.insufficientEncryption;',
});

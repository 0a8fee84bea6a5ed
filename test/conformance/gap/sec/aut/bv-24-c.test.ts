import { refusedUnencrypted } from '../../../harness/service-response.ts';

refusedUnencrypted('GAP/SEC/AUT/BV-24-C', 'central', {
  file: 'src/gatt/access.ts',
  from: 'return security.hasKey ? AttErrorCode.insufficientEncryption : AttErrorCode.insufficientAuthentication;',
  to: 'return AttErrorCode.insufficientAuthentication;',
});

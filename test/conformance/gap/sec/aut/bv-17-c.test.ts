import { pairingAfterRefusal } from '../../../harness/client-pairing.ts';

pairingAfterRefusal('GAP/SEC/AUT/BV-17-C', 'central', {
  file: 'src/gap/link/link-security.ts',
  from: 'const needsProtection = status === AttErrorCode.insufficientAuthentication && encrypted && !authenticated;',
  to: 'const needsProtection = status === AttErrorCode.insufficientAuthentication && !authenticated;',
});

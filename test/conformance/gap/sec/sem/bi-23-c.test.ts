import { secureLevel2 } from '../../../harness/protected.ts';
import { shortKeys } from '../../../harness/service-level.ts';

shortKeys('GAP/SEC/SEM/BI-23-C', 'central', secureLevel2, {
  file: 'src/smp/pairing/pairing-terms.ts',
  from: 'refused(PairingFailedReason.encryptionKeySize)',
  to: 'refused(PairingFailedReason.invalidParameters)',
});

import { centralCase } from '../../../harness/case.ts';
import { noticeAsCentral } from '../../../harness/lost-bond.ts';
import { secureLevel2 } from '../../../harness/protected.ts';

centralCase(
  'GAP/SEC/AUT/BV-21-C',
  {
    file: 'src/smp/encryption-failure.ts',
    from: 'status === HciErrorCode.pinOrKeyMissing && isBonded',
    to: 'status === HciErrorCode.authenticationFailure && isBonded',
  },
  (bench) => noticeAsCentral(bench, secureLevel2),
);

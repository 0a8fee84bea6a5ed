import { refusedUnencrypted } from '../../../harness/service-response.ts';

refusedUnencrypted('GAP/SEC/AUT/BV-23-C', 'peripheral', {
  file: 'src/gap/security.ts',
  from: 'hasKey: security.bonded,',
  to: 'hasKey: false,',
});

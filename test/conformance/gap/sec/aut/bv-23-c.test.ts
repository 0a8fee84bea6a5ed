import { refusedUnencrypted } from '../../../harness/service-response.ts';

refusedUnencrypted('GAP/SEC/AUT/BV-23-C', 'peripheral', {
  file: 'src/gap/link/link-assembly.ts',
  from: 'gattSecurity(security.current, security.hasKey)',
  to: 'gattSecurity(security.current, false)',
});

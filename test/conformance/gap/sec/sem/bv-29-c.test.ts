import { incomingWithoutSecure } from '../../../harness/service-level.ts';

incomingWithoutSecure('GAP/SEC/SEM/BV-29-C', 'central', {
  file: 'src/gatt/access.ts',
  from: 'if (rule.secureConnections === true && !security.secureConnections)',
  to: 'if (rule.secureConnections === true && !security.encrypted)',
});

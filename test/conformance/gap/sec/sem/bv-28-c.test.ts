import { outgoingWithoutSecure } from '../../../harness/service-level.ts';

outgoingWithoutSecure('GAP/SEC/SEM/BV-28-C', 'central', {
  file: 'src/smp/pairing/pairing-terms.ts',
  from: "if (choices.secureConnections === 'required' && !secureConnections)",
  to: "if (choices.secureConnections !== 'required' && !secureConnections)",
});

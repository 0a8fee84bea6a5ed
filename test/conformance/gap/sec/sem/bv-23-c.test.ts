import { outgoingWithoutSecure } from '../../../harness/service-level.ts';

outgoingWithoutSecure('GAP/SEC/SEM/BV-23-C', 'peripheral', {
  file: 'src/smp/pairing/pairing-terms.ts',
  from: "if (choices.secureConnections === 'required' && !secureConnections)",
  to: "if (choices.secureConnections === 'never' && secureConnections)",
});

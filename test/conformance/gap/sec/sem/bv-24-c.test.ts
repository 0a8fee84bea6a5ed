import { incomingWithoutSecure } from '../../../harness/service-level.ts';

incomingWithoutSecure('GAP/SEC/SEM/BV-24-C', 'peripheral', {
  file: 'src/smp/pairing-options.ts',
  from: 'secureConnections: wish(secureConnections),',
  to: "secureConnections: wish('preferred'),",
});

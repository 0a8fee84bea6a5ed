import { pairingAfterRefusal } from '../../../harness/client-pairing.ts';

pairingAfterRefusal('GAP/SEC/AUT/BV-18-C', 'peripheral', {
  file: 'src/smp/pairing-options.ts',
  from: 'mitm: wish(options.mitm ?? canProtect),',
  to: "mitm: wish(options.mitm ?? 'preferred'),",
});

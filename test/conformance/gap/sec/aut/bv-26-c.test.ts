import { lostBondAsPeripheral } from '../../../harness/lost-bond.ts';
import { secureLevel2 } from '../../../harness/protected.ts';

lostBondAsPeripheral('GAP/SEC/AUT/BV-26-C', secureLevel2, {
  file: 'src/smp/pairing-maker.ts',
  from: 'replacesBond: bond !== undefined,',
  to: 'replacesBond: bond === undefined,',
});

import { lostBondAsCentral } from '../../../harness/lost-bond.ts';
import { level4 } from '../../../harness/protected.ts';

lostBondAsCentral('GAP/SEC/AUT/BV-27-C', level4, {
  file: 'src/smp/bond-store.ts',
  from: 'return at < 0 ? [...bonds, bond] : bonds.with(at, bond);',
  to: 'return [...bonds, bond];',
});

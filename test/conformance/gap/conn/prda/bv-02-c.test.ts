import { privateBondCase } from '../../../harness/private-bond.ts';

privateBondCase('GAP/CONN/PRDA/BV-02-C', 'central', {
  file: 'src/gap/privacy/peer-access.ts',
  from: 'const hides = bonds.find(request.peer)?.peerIrk !== undefined;',
  to: 'const hides = false;',
});

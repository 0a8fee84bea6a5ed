import { peripheralCase } from '../../harness/case.ts';
import { enhancedRefusal, enhancedRequest } from '../../harness/enhanced.ts';
import { Result, SPSM } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-11-C',
  {
    file: 'src/gap/link/l2cap-listener.ts',
    from: 'const admitted = admission(security ?? openAccess, link);',
    to: 'const admitted = admission(security === undefined ? {} : openAccess, link);',
  },
  async (bench) => {
    // 1. The upper tester listens to an SPSM that needs authentication.
    await using listener = bench.connection.l2capListen({ psm: SPSM, security: { authenticated: true } });
    // 2. The tester, which has not been authenticated, opens channels, and all are refused.
    const request = enhancedRequest(1, { spsm: listener.psm, cids: [0x0041, 0x0042] });
    await bench.signalling.exchange(request, enhancedRefusal(1, Result.insufficientAuthentication, 2));
  },
);

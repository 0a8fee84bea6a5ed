import { peripheralCase } from '../../../harness/case.ts';
import { creditRequest, creditResponse, Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-11-C',
  {
    file: 'src/gap/link/l2cap-listener.ts',
    from: 'const admitted = admission(security ?? openAccess, link);',
    to: 'const admitted = admission(security === undefined ? {} : openAccess, link);',
  },
  async (bench) => {
    // 1. The upper tester listens to an SPSM that needs authentication.
    await using listener = bench.connection.l2capListen({ psm: SPSM, security: { authenticated: true } });
    // 2. The tester, which has not been authenticated, opens a channel, and is refused.
    const request = creditRequest(1, { spsm: listener.psm });
    await bench.signalling.exchange(request, creditResponse(1, Result.insufficientAuthentication));
  },
);

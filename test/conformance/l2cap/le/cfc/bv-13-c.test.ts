import { peripheralCase } from '../../../harness/case.ts';
import { creditRequest, creditResponse, Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-13-C',
  {
    file: 'src/gap/link/l2cap-listener.ts',
    from: 'const answer: unknown = authorize(link.connection)',
    to: 'const answer: unknown = !authorize(link.connection)',
  },
  async (bench) => {
    // 1. The upper tester listens to an SPSM that needs an authorisation, which it does not give.
    await using listener = bench.connection.l2capListen({ psm: SPSM, authorize: () => false });
    // 2. The tester opens a channel, and is refused.
    const request = creditRequest(1, { spsm: listener.psm });
    await bench.signalling.exchange(request, creditResponse(1, Result.insufficientAuthorization));
  },
);

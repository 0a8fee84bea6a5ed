import { peripheralCase } from '../../harness/case.ts';
import { enhancedRefusal, enhancedRequest } from '../../harness/enhanced.ts';
import { Result, SPSM } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-13-C',
  {
    file: 'src/gap/link/l2cap-listener.ts',
    from: 'const answer: unknown = authorize(link.connection)',
    to: 'const answer: unknown = !authorize(link.connection)',
  },
  async (bench) => {
    // 1. The upper tester listens to an SPSM that needs an authorisation, which it does not give.
    await using listener = bench.connection.l2capListen({ psm: SPSM, authorize: () => false });
    // 2. The tester opens channels, and all are refused.
    const request = enhancedRequest(1, { spsm: listener.psm, cids: [0x0041, 0x0042] });
    await bench.signalling.exchange(request, enhancedRefusal(1, Result.insufficientAuthorization, 2));
  },
);

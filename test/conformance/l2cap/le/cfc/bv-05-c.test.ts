import { peripheralCase } from '../../../harness/case.ts';
import { creditRequest, creditResponse, Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-05-C',
  {
    file: 'src/l2cap/credit-channels.ts',
    from: 'if (listener === undefined) return CreditResult.spsmNotSupported;',
    to: 'if (listener === undefined) return CreditResult.noResources;',
  },
  async (bench) => {
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester opens a channel to an SPSM that nobody listens to, and is refused.
    const request = creditRequest(1, { spsm: listener.psm + 1 });
    await bench.signalling.exchange(request, creditResponse(1, Result.spsmNotSupported));
  },
);

import { peripheralCase } from '../../harness/case.ts';
import { enhancedRefusal, enhancedRequest } from '../../harness/enhanced.ts';
import { Result } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-28-C',
  {
    file: 'src/l2cap/enhanced-channels.ts',
    from: 'if (listener === undefined) return CreditResult.spsmNotSupported;',
    to: 'if (listener === undefined) return CreditResult.noResources;',
  },
  async (bench) => {
    // 1. The tester opens channels to an SPSM that nobody listens to, and all are refused.
    const request = enhancedRequest(1, { spsm: 0x0099, cids: [0x0041, 0x0042] });
    await bench.signalling.exchange(request, enhancedRefusal(1, Result.spsmNotSupported, 2));
  },
);

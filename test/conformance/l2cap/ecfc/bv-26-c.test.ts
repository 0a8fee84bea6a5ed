import { peripheralCase } from '../../harness/case.ts';
import { enhancedRefusal, enhancedRequest } from '../../harness/enhanced.ts';
import { Result, SPSM } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-26-C',
  {
    file: 'src/l2cap/enhanced-channels.ts',
    from: 'return isValid ? CreditResult.success : CreditResult.invalidParameters;',
    to: 'return isValid || isValid === false ? CreditResult.success : CreditResult.invalidParameters;',
  },
  async (bench) => {
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester asks for a channel whose MTU is below 64, and is refused for a parameter that no channel has.
    const request = enhancedRequest(1, { mtu: 63 });
    await bench.signalling.exchange(request, enhancedRefusal(1, Result.invalidParameters));
    // 2. So it is with an MPS below 64, and with no credits.
    for (const [identifier, terms] of [
      [2, { mps: 63 }],
      [3, { credits: 0 }],
    ] as const) {
      const refusal = enhancedRefusal(identifier, Result.invalidParameters);
      await bench.signalling.exchange(enhancedRequest(identifier, terms), refusal);
    }
    await listener.close();
  },
);

import { L2capError } from 'jelling';
import { expect } from 'vitest';
import { centralCase } from '../../harness/case.ts';
import { enhancedRefusal } from '../../harness/enhanced.ts';
import { octetAt, u16 } from '../../harness/pdu.ts';
import { Result, SPSM } from '../../harness/signalling.ts';

centralCase(
  'L2CAP/ECFC/BV-31-C',
  {
    file: 'src/l2cap/enhanced-channels.ts',
    from: 'if (refusesAll.has(result)) throw new L2capError(refusal, result);',
    to: 'if (refusesAll.has(result)) throw new MalformedPduError(refusal);',
  },
  async (bench) => {
    // 1. The upper tester opens a channel, and the request comes.
    const channel = bench.connection.l2capConnectEnhanced({ psm: SPSM, count: 2 });
    const request = await bench.signalling.expect(`17.. 0c00 ${u16(SPSM)} *`);
    // 2. The tester refuses it, because the link is not encrypted; the upper tester learns that, and has no channel to send on.
    bench.signalling.send(enhancedRefusal(octetAt(request, 1), Result.insufficientEncryption, 2));
    const failure = await bench.failure(channel);
    expect(failure).toBeInstanceOf(L2capError);
    expect(failure).toMatchObject({ result: Result.insufficientEncryption });
  },
);

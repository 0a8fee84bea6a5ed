import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { enhancedRequest } from '../../../harness/enhanced.ts';
import { slice, u16, u16At } from '../../../harness/pdu.ts';
import { Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/COS/CED/BI-20-C',
  {
    file: 'src/l2cap/signalling.ts',
    from: 'if (!(error instanceof MalformedPduError)) throw error;',
    to: 'if (error instanceof MalformedPduError) this.#options.channel.receiver = undefined;',
  },
  async (bench) => {
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester sends a request that says it has one octet of data more than the frame holds.
    bench.signalling.send(`17 20 ${u16(11)} ${slice(enhancedRequest(0x20), 4)}`);
    // 2. It is discarded or rejected, and no channel is made of it.
    await bench.signalling.optional('01 *');
    await bench.signalling.silent();
    // 3. The tester sends a sound request, and the channel is opened.
    const answer = await bench.signalling.exchange(enhancedRequest(0x30), '1830 0a00 *');
    expect(u16At(answer, 10)).toBe(Result.success);
    const channel = await bench.run(listener.accept());
    expect(channel.isOpen).toBe(true);
  },
);

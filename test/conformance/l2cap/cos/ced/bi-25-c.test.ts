import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { enhancedRequest } from '../../../harness/enhanced.ts';
import { u16, u16At } from '../../../harness/pdu.ts';
import { Result, Signal, SPSM, signal } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/COS/CED/BI-25-C',
  {
    file: 'src/l2cap/signalling.ts',
    from: 'if (!(error instanceof MalformedPduError)) throw error;',
    to: 'if (error instanceof MalformedPduError) this.#options.channel.receiver = undefined;',
  },
  async (bench) => {
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester sends two requests in one frame, the second of which says that it has one octet of data more than are there.
    bench.signalling.send(`${enhancedRequest(0x20)}06 21 ${u16(5)} ${u16(0x0040)} ${u16(0x0041)}`);
    // 2. It is discarded or rejected, and no channel is made of it.
    await bench.signalling.optional('01 *');
    await bench.signalling.silent();
    // 3. The tester sends a sound request, and the channel is opened.
    const answer = await bench.signalling.exchange(enhancedRequest(0x30), '1830 0a00 *');
    expect(u16At(answer, 10)).toBe(Result.success);
    const channel = await bench.run(listener.accept());
    expect(channel.isOpen).toBe(true);
    // 4. The tester closes it, and is answered.
    const iutCid = u16At(answer, 12);
    const close = signal(Signal.disconnectionRequest, 0x31, iutCid, 0x0041);
    await bench.signalling.exchange(close, signal(Signal.disconnectionResponse, 0x31, iutCid, 0x0041));
    await bench.run(channel.disconnected());
  },
);

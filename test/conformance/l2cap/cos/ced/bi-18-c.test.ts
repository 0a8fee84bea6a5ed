import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { enhancedRequest } from '../../../harness/enhanced.ts';
import { Cid } from '../../../harness/lower-tester.ts';
import { u16, u16At } from '../../../harness/pdu.ts';
import { Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/COS/CED/BI-18-C',
  {
    file: 'src/l2cap/recombination.ts',
    from: '} else if (held > length) {',
    to: '} else if (held > length && this.#sink.pdu(cid, fragment.subarray(BASIC_HEADER_LENGTH)) === undefined) {',
  },
  async (bench) => {
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester sends a request whose frame says that it is one octet shorter than it is.
    bench.tester.sendRaw(`${u16(13)}${u16(Cid.signalling)}${enhancedRequest(0x20)}`);
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

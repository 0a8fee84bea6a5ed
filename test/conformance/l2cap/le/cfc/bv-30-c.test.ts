import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { Cid } from '../../../harness/lower-tester.ts';
import { octet, u16At } from '../../../harness/pdu.ts';
import { creditRequest, Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-30-C',
  {
    file: 'src/l2cap/recombination.ts',
    from: 'joined.set(fragment, this.#header.length);',
    to: 'joined.set(fragment);',
  },
  async (bench) => {
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester opens a channel by a request that comes in pieces, cut in its header, in its command and in its data.
    for (const [i, length] of [2, 5, 9, 17].entries()) {
      bench.tester.sendFrame(Cid.signalling, creditRequest(i + 1, { cid: 0x0041 + i }), length);
      // 2. It is answered when it is whole.
      const answer = await bench.signalling.expect(`15${octet(i + 1)} 0a00 *`);
      expect(u16At(answer, 12)).toBe(Result.success);
      expect((await bench.run(listener.accept())).isOpen).toBe(true);
    }
  },
);

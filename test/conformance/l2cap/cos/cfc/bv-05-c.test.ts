import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { hex, ramp } from '../../../harness/pdu.ts';
import { frames, openFromIut } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/COS/CFC/BV-05-C',
  {
    file: 'src/l2cap/credit-channels.ts',
    from: 'channel?.receive(payload);',
    to: '[...this.#channels.values()][0]?.receive(payload);',
  },
  async (bench) => {
    // 1. The upper tester opens two channels, and the tester accepts them.
    const one = await openFromIut(bench, { cid: 0x0041 });
    const two = await openFromIut(bench, { cid: 0x0042 });
    // 2. The tester sends an SDU on each, their frames by turns.
    const sdus = [ramp(120, 1), ramp(120, 0x81)] as const;
    const [first, second] = [frames(sdus[0], 40), frames(sdus[1], 40)];
    for (const [i, frame] of first.entries()) {
      one.send(frame);
      two.send(second[i] ?? '');
    }
    // 3. The upper tester gets both whole.
    expect(hex(await bench.run(one.iut.receive()))).toBe(sdus[0]);
    expect(hex(await bench.run(two.iut.receive()))).toBe(sdus[1]);
  },
);

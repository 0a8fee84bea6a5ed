import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { hex, ramp, size, u16 } from '../../harness/pdu.ts';

peripheralCase(
  'L2CAP/ECFC/BV-41-C',
  {
    file: 'src/l2cap/recombination.ts',
    from: 'joined.set(fragment, this.#header.length);',
    to: 'joined.set(fragment);',
  },
  async (bench) => {
    const { iut, iutCid, iutMps } = await openEnhanced(bench);
    // 1. The tester sends frames in pieces, the smallest of one octet.
    for (const length of [1, 3, 27, 100]) {
      const sdu = ramp(iutMps - 2, length);
      bench.tester.sendFrame(iutCid, u16(size(sdu)) + sdu, length);
      // 2. The upper tester gets the data.
      expect(hex(await bench.run(iut.receive()))).toBe(sdu);
    }
    // 3. Credits may come back.
    await bench.signalling.optional(`16.. 0400 ${u16(iutCid)} ....`);
  },
);

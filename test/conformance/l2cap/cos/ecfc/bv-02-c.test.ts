import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { openEnhanced } from '../../../harness/enhanced.ts';
import { hex, ramp, u16 } from '../../../harness/pdu.ts';
import { frames } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/COS/ECFC/BV-02-C',
  { file: 'src/l2cap/credit-machine.ts', from: 'at: state.filled,', to: 'at: 0,' },
  async (bench) => {
    const { iut, iutCid, iutMtu, send } = await openEnhanced(bench);
    // 1. The tester sends an SDU in many frames, and the upper tester gets it whole.
    const sdu = ramp(iutMtu - 1, 3);
    for (const frame of frames(sdu, 40)) send(frame);
    expect(hex(await bench.run(iut.receive()))).toBe(sdu);
    // 2. Credits may come back.
    await bench.signalling.optional(`16.. 0400 ${u16(iutCid)} ....`);
  },
);

import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { hex, ramp, u16 } from '../../../harness/pdu.ts';
import { openFromTester } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/COS/CFC/BV-04-C',
  {
    file: 'src/l2cap/credit-channel.ts',
    from: 'skip === 0 ? payload : payload.subarray(skip)',
    to: 'skip === 0 ? payload : payload.subarray(skip - 1, payload.length - 1)',
  },
  async (bench) => {
    const channel = await openFromTester(bench);
    // 1. The tester sends an SDU in one frame, and the upper tester gets it.
    const sdu = ramp(40, 7);
    channel.send(u16(40) + sdu);
    expect(hex(await bench.run(channel.iut.receive()))).toBe(sdu);
  },
);

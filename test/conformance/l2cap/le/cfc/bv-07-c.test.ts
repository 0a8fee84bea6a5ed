import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { hex, octet, u16, u16At } from '../../../harness/pdu.ts';
import { openFromTester } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-07-C',
  { file: 'src/l2cap/credit-machine.ts', from: 'owed * 2 >= terms.window ? owed : 0', to: '0' },
  async (bench) => {
    const channel = await openFromTester(bench);
    // 1. The tester sends as many frames as it has credits for, and the upper tester reads them.
    for (let i = 0; i < channel.iutCredits; i++) channel.send(`0100${octet(i & 0xff)}`);
    for (let i = 0; i < channel.iutCredits; i++) {
      expect(hex(await bench.run(channel.iut.receive()))).toBe(octet(i & 0xff));
    }
    // 2. Credits come back, and with them the tester sends on.
    const indication = await bench.signalling.expect(`16.. 0400 ${u16(channel.iutCid)} ....`);
    expect(u16At(indication, 6)).toBeGreaterThan(0);
    channel.send('0100aa');
    expect(hex(await bench.run(channel.iut.receive()))).toBe('aa');
    // 3. Further credits may come.
    await bench.signalling.optional(`16.. 0400 ${u16(channel.iutCid)} ....`);
  },
);

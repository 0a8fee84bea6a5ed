import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { hex, octet, u16, u16At } from '../../harness/pdu.ts';

peripheralCase(
  'L2CAP/ECFC/BV-07-C',
  { file: 'src/l2cap/credit-machine.ts', from: 'owed * 2 >= terms.window ? owed : 0', to: '0' },
  async (bench) => {
    const { iut, iutCid, iutCredits, send } = await openEnhanced(bench);
    // 1. The tester sends as many frames as it has credits for, and the upper tester reads them.
    for (let i = 0; i < iutCredits; i++) send(`0100${octet(i & 0xff)}`);
    for (let i = 0; i < iutCredits; i++) expect(hex(await bench.run(iut.receive()))).toBe(octet(i & 0xff));
    // 2. Credits come back, and with them the tester sends on.
    const indication = await bench.signalling.expect(`16.. 0400 ${u16(iutCid)} ....`);
    expect(u16At(indication, 6)).toBeGreaterThan(0);
    send('0100aa');
    expect(hex(await bench.run(iut.receive()))).toBe('aa');
    // 3. Further credits may come.
    await bench.signalling.optional(`16.. 0400 ${u16(iutCid)} ....`);
  },
);

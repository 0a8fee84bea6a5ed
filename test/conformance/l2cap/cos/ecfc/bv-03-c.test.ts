import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { openEnhancedFromIut } from '../../../harness/enhanced.ts';
import { hex, ramp } from '../../../harness/pdu.ts';
import { frames } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/COS/ECFC/BV-03-C',
  {
    file: 'src/l2cap/credit-channels.ts',
    from: 'channel?.receive(payload);',
    to: 'channel?.receive(payload.slice(0, -1));',
  },
  async (bench) => {
    // 1. The upper tester opens two channels with one request, and the tester accepts them.
    const channels = await openEnhancedFromIut(bench, { cids: [0x0041, 0x0042] });
    // 2. The tester sends an SDU on each, their frames by turns.
    const sdus = [ramp(120, 1), ramp(120, 0x81)];
    for (let i = 0; i < 3; i++) {
      for (const [j, { send }] of channels.entries()) send(frames(sdus[j] ?? '', 40)[i] ?? '');
    }
    // 3. The upper tester gets both whole.
    for (const [j, { iut }] of channels.entries()) expect(hex(await bench.run(iut.receive()))).toBe(sdus[j]);
  },
);

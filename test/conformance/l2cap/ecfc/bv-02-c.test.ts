import { expect } from 'vitest';
import { centralCase } from '../../harness/case.ts';
import { openEnhancedFromIut } from '../../harness/enhanced.ts';
import { hex, octet } from '../../harness/pdu.ts';

centralCase(
  'L2CAP/ECFC/BV-02-C',
  {
    file: 'src/l2cap/enhanced-channels.ts',
    from: 'const localCid = localCids[i];',
    to: 'const localCid = localCids[localCids.length - 1 - i];',
  },
  async (bench) => {
    // 1. The upper tester opens as many channels as one request can, and the tester accepts them all.
    const channels = await openEnhancedFromIut(bench, { cids: [0x0041, 0x0042, 0x0043, 0x0044, 0x0045] });
    expect(channels).toHaveLength(5);
    // 2. The tester sends data on each, and the upper tester gets them there.
    for (const [i, channel] of channels.entries()) channel.send(`0200${octet(i)}aa`);
    for (const [i, { iut }] of channels.entries())
      expect(hex(await bench.run(iut.receive()))).toBe(`${octet(i)}aa`);
  },
);

import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhancedFromTester } from '../../harness/enhanced.ts';
import { bytes, ramp } from '../../harness/pdu.ts';

peripheralCase(
  'L2CAP/ECFC/BV-03-C',
  {
    file: 'src/l2cap/credit-sender.ts',
    from: 'writeU16(packet, PacketOffset.payload, job.sduLeft)',
    to: 'writeU16(packet, PacketOffset.payload, job.sduLeft + 1)',
  },
  async (bench) => {
    // 1. The tester opens three channels with one request, and they are accepted.
    const channels = await openEnhancedFromTester(bench, { cids: [0x0041, 0x0042, 0x0043] });
    expect(new Set(channels.map(({ iutCid }) => iutCid)).size).toBe(3);
    // 2. The upper tester sends data on each, and the tester gets them there.
    for (const [i, { iut, incoming }] of channels.entries()) {
      await bench.run(iut.send(bytes(ramp(10, i))));
      await incoming.expect(`0a00 ${ramp(10, i)}`);
    }
  },
);

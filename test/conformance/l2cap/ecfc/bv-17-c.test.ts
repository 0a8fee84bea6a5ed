import type { L2capChannel } from 'jelling';
import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { enhancedRequest } from '../../harness/enhanced.ts';
import { bytes, items, slice, u16At } from '../../harness/pdu.ts';
import { SHORT_VALUE } from '../../harness/services.ts';
import { Result, SPSM } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-17-C',
  {
    file: 'src/l2cap/enhanced-channels.ts',
    from: 'if (room === 0 || table.room === 0) verdict',
    to: 'if (table.room === 0) verdict',
  },
  async (bench) => {
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester opens four channels, which wait to be taken.
    const first = enhancedRequest(1, { cids: [0x0041, 0x0042, 0x0043, 0x0044] });
    const answer = await bench.signalling.exchange(first, '1801 1000 *');
    expect(u16At(answer, 10)).toBe(Result.success);
    // 2. It asks for five more, one above what may wait: four are opened, and one is refused for want of resources.
    const second = enhancedRequest(2, { cids: [0x0051, 0x0052, 0x0053, 0x0054, 0x0055] });
    const refusal = await bench.signalling.exchange(second, '1802 1200 *');
    expect(u16At(refusal, 10)).toBe(Result.noResources);
    const granted = items(slice(refusal, 12), 2).map((cid) => u16At(cid, 0) !== 0);
    expect(granted).toEqual([true, true, true, true, false]);
    // 3. The upper tester takes all of them, and sends on the first of the new ones.
    const channels: L2capChannel[] = [];
    while (channels.length < 8) channels.push(await bench.run(listener.accept()));
    await bench.run(channels[4]?.send(bytes(SHORT_VALUE)) ?? Promise.reject(new Error('no channel')));
    await bench.tester.channel(0x0051).expect(`0500 ${SHORT_VALUE}`);
  },
);

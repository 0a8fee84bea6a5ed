import { expect } from 'vitest';
import { centralCase } from '../../harness/case.ts';
import { openEnhancedFromIut } from '../../harness/enhanced.ts';
import { closeFromTester, type OpenChannel } from '../../harness/signalling.ts';

centralCase(
  'L2CAP/ECFC/BV-38-C',
  {
    file: 'src/l2cap/credit-codes.ts',
    from: 'export const FIRST_DYNAMIC_CID = 0x0040;',
    to: 'export const FIRST_DYNAMIC_CID = 0x0020;',
  },
  async (bench) => {
    // 1. The upper tester opens channels, five at a time, and the tester accepts them.
    const channels: OpenChannel[] = [];
    for (let first = 0x0040; first < 0x005e; first += 5) {
      channels.push(...(await openEnhancedFromIut(bench, { cids: [0, 1, 2, 3, 4].map((i) => first + i) })));
    }
    // 2. Each has a Source CID of the dynamic range, and one of its own.
    const cids = channels.map(({ iutCid }) => iutCid);
    for (const cid of cids) {
      expect(cid).toBeGreaterThanOrEqual(0x0040);
      expect(cid).toBeLessThanOrEqual(0x007f);
    }
    expect(new Set(cids).size).toBe(30);
    // 3. The tester closes them, and each is answered.
    for (const channel of channels) await closeFromTester(bench, channel);
  },
);

import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { closeFromTester, type OpenChannel, openFromIut } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/LE/CFC/BV-29-C',
  {
    file: 'src/l2cap/credit-codes.ts',
    from: 'export const FIRST_DYNAMIC_CID = 0x0040;',
    to: 'export const FIRST_DYNAMIC_CID = 0x0020;',
  },
  async (bench) => {
    // 1. The upper tester opens as many channels as a link takes, and the tester accepts them.
    const channels: OpenChannel[] = [];
    for (let i = 0; i < 32; i++) channels.push(await openFromIut(bench, { cid: 0x0040 + i }));
    // 2. Each has a Source CID of the dynamic range, and one of its own.
    const cids = channels.map(({ iutCid }) => iutCid);
    for (const cid of cids) {
      expect(cid).toBeGreaterThanOrEqual(0x0040);
      expect(cid).toBeLessThanOrEqual(0x007f);
    }
    expect(new Set(cids).size).toBe(cids.length);
    // 3. The tester closes them, and each is answered.
    for (const channel of channels) await closeFromTester(bench, channel);
  },
);

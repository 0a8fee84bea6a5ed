import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { u16 } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-14-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'writeU16(data, 0, slots & 0xffff);',
    to: 'writeU16(data, 0, ms & 0xffff);',
  },
  (iut, signal) => iut.advertise({ intervalMs: 250, advertisingIntervalMs: 250, signal }),
  async (hear) => {
    // 1. The upper tester advertises and says how often, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.advertisingInterval)).toBe(u16(400));
  },
);

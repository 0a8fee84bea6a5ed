import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';

advertisingCase(
  'GAP/ADV/BV-18-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'const isLong = slots > 0xffff;',
    to: 'const isLong = slots > 0xfffff;',
  },
  (iut, signal) => iut.advertise({ advertisingIntervalMs: 60_000, signal }),
  async (hear) => {
    // 1. The upper tester advertises and names an interval that takes more than 16 bits, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    // In units of 0.625 ms.
    expect(all.get(AdType.advertisingIntervalLong)).toBe('007701');
    expect(all.has(AdType.advertisingInterval)).toBe(false);
  },
);

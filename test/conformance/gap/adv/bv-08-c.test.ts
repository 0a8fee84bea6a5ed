import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { u16 } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-08-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'writeU16(data, 2 * at, ms === undefined ? NO_SPECIFIC_INTERVAL : toSlots(ms, connectionInterval));',
    to: 'writeU16(data, 2 * at, ms ?? NO_SPECIFIC_INTERVAL);',
  },
  (iut, signal) =>
    iut.advertise({ peripheralConnectionIntervalRange: { minIntervalMs: 15, maxIntervalMs: 30 }, signal }),
  async (hear) => {
    // 1. The upper tester advertises with the connection intervals that it prefers, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.peripheralConnectionIntervalRange)).toBe(u16(12) + u16(24));
  },
);

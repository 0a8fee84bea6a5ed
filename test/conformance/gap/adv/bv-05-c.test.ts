import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';

advertisingCase(
  'GAP/ADV/BV-05-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'Uint8Array.of(dbm & 0xff)',
    to: 'Uint8Array.of(dbm & 0x7f)',
  },
  (iut, signal) => iut.advertise({ txPower: -12, signal }),
  async (hear) => {
    // 1. The upper tester advertises with the power that it sends with, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.txPower)).toBe('f4');
  },
);

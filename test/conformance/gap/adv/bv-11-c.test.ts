import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { u16 } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-11-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: "u16('appearance', appearance)",
    to: "u16('appearance', appearance + 1)",
  },
  (iut, signal) => iut.advertise({ appearance: 0x0300, signal }),
  async (hear) => {
    // 1. The upper tester advertises with an appearance, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.appearance)).toBe(u16(0x0300));
  },
);

import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { bytes } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-04-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'AdType.manufacturerSpecificData, join(company, data)',
    to: 'AdType.manufacturerSpecificData, data',
  },
  (iut, signal) => iut.advertise({ manufacturer: [0xffff, bytes('0102')], signal }),
  async (hear) => {
    // 1. The upper tester advertises with data of a manufacturer, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.manufacturer)).toBe('ffff0102');
  },
);

import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { bytes, uuid } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-10-C',
  { file: 'src/gap/codec/advertising-data-builder.ts', from: 'join(prefix, data)', to: 'data' },
  (iut, signal) => iut.advertise({ serviceData: [[0x181a, bytes('a1b2c3')]], signal }),
  async (hear) => {
    // 1. The upper tester advertises with data of a service, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.serviceData16)).toBe(`${uuid(0x181a)}a1b2c3`);
  },
);

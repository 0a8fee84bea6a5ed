import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { uuid } from '../../harness/pdu.ts';
import { longUuid } from '../../harness/services.ts';

advertisingCase(
  'GAP/ADV/BV-01-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'const parts = uuids.filter((uuid) => uuid.length === width);',
    to: 'const parts = uuids.filter((uuid) => uuid.length > width);',
  },
  (iut, signal) => iut.advertise({ services: [0x181a, 0x180f, longUuid(0xffa4)], signal }),
  async (hear) => {
    // 1. The upper tester advertises with service UUIDs of 16 and of 128 bits, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.services16)).toBe(uuid(0x181a) + uuid(0x180f));
    expect(all.get(AdType.services128)).toBe(uuid(longUuid(0xffa4)));
  },
);

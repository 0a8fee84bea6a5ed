import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';

advertisingCase(
  'GAP/ADV/BV-13-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'item(what, type, concatBytes(...octets))',
    to: 'item(what, AdType.publicTargetAddress, concatBytes(...octets))',
  },
  (iut, signal) =>
    iut.advertise({ randomTargetAddresses: ['C0:FF:EE:00:00:01', '5A:12:34:00:00:00'], signal }),
  async (hear) => {
    // 1. The upper tester advertises to one by its static address, and to one by a resolvable one, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.randomTargetAddress)).toBe('010000eeffc000000034125a');
  },
);

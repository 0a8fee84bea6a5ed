import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';

advertisingCase(
  'GAP/ADV/BV-12-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'addressOctets(target).reverse()',
    to: 'addressOctets(target)',
  },
  (iut, signal) =>
    iut.advertise({ publicTargetAddresses: ['C0:FF:EE:00:00:01', 'C0:FF:EE:00:00:02'], signal }),
  async (hear) => {
    // 1. The upper tester advertises to two by their public addresses, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.publicTargetAddress)).toBe('010000eeffc0020000eeffc0');
  },
);

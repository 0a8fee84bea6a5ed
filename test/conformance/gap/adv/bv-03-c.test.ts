import { expect } from 'vitest';
import { AdType, advertisingCase, Flag } from '../../harness/advertising.ts';
import { octet } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-03-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'return flag | AdFlag.brEdrNotSupported;',
    to: 'return flag;',
  },
  (iut, signal) => iut.advertise({ signal }),
  async (hear) => {
    // 1. The upper tester advertises in general discoverable mode, and the tester hears it.
    const { data } = await hear();
    // 2. The flags are in the advertising data and say so, and that there is no BR/EDR; all reserved bits are 0.
    expect(data.get(AdType.flags)).toBe(octet(Flag.general | Flag.noBrEdr));
  },
);

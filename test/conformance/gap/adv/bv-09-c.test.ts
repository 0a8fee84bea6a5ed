import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { uuid } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-09-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: '[2, AdType.serviceSolicitationUuids16] as const',
    to: '[2, AdType.serviceData16] as const',
  },
  (iut, signal) => iut.advertise({ solicitedServices: [0x1805, 0x1806], signal }),
  async (hear) => {
    // 1. The upper tester advertises with the services that it looks for, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.solicitation16)).toBe(uuid(0x1805) + uuid(0x1806));
  },
);

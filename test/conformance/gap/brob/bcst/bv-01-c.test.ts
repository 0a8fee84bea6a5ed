import { expect } from 'vitest';
import { AdType, advertisingCase, discoverability, ReportType } from '../../../harness/advertising.ts';
import { bytes, uuid } from '../../../harness/pdu.ts';

advertisingCase(
  'GAP/BROB/BCST/BV-01-C',
  {
    file: 'src/gap/advertising/advertising-options.ts',
    from: "answers ? 'scannable' : 'nonConnectable'",
    to: "answers ? 'scannable' : 'connectable'",
  },
  (iut, signal) => iut.broadcast({ serviceData: [[0x181a, bytes('a1b2c3')]], signal }),
  async (hear) => {
    // 1. The upper tester broadcasts, and the tester hears events to which nobody can connect.
    const heard = await hear();
    expect(heard.type).toBe(ReportType.nonconnectable);
    // 2. The data is what the upper tester has given.
    expect(heard.data.get(AdType.serviceData16)).toBe(`${uuid(0x181a)}a1b2c3`);
    expect(discoverability(heard)).toBe(0);
  },
);

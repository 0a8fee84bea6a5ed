import { expect } from 'vitest';
import { advertisingCase, discoverability, ReportType } from '../../../harness/advertising.ts';
import { bytes } from '../../../harness/pdu.ts';

advertisingCase(
  'GAP/CONN/NCON/BV-01-C',
  {
    file: 'src/gap/advertising/advertising-options.ts',
    from: "parametersOf(answers ? 'scannable' : 'nonConnectable',",
    to: "parametersOf(answers ? 'scannable' : 'connectable',",
  },
  (iut, signal) => iut.broadcast({ manufacturer: [0xffff, bytes('01')], signal }),
  async (hear) => {
    // 1. The upper tester broadcasts, not connectable, and the tester hears it.
    const heard = await hear();
    // 2. The kind of advertising is that of its mode, and so are the flags.
    expect(heard.type).toBe(ReportType.nonconnectable);
    expect(discoverability(heard)).toBe(0);
  },
);

import { expect } from 'vitest';
import { advertisingCase, discoverability, ReportType } from '../../../harness/advertising.ts';
import { bytes } from '../../../harness/pdu.ts';

advertisingCase(
  'GAP/DISC/NONM/BV-01-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'if (discoverable !== undefined) {',
    to: 'if (discoverable !== null) {',
  },
  (iut, signal) => iut.broadcast({ manufacturer: [0xffff, bytes('01')], signal }),
  async (hear) => {
    // 1. The upper tester broadcasts, neither discoverable nor connectable, and the tester hears it.
    const heard = await hear();
    // 2. The kind of advertising is that of its mode, and so are the flags.
    expect(heard.type).toBe(ReportType.nonconnectable);
    expect(discoverability(heard)).toBe(0);
  },
);

import { expect } from 'vitest';
import { advertisingCase, discoverability, Flag, ReportType } from '../../../harness/advertising.ts';

advertisingCase(
  'GAP/DISC/GENM/BV-04-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'AdFlag.leLimitedDiscoverable : AdFlag.leGeneralDiscoverable',
    to: 'AdFlag.leGeneralDiscoverable : AdFlag.leLimitedDiscoverable',
  },
  (iut, signal) => iut.advertise({ discoverable: 'general', signal }),
  async (hear) => {
    // 1. The upper tester advertises in general discoverable mode, and the tester hears it.
    const heard = await hear();
    // 2. The kind of advertising is that of its mode, and so are the flags.
    expect(heard.type).toBe(ReportType.connectable);
    expect(discoverability(heard)).toBe(Flag.general);
  },
);

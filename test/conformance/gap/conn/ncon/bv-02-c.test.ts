import { expect } from 'vitest';
import { advertisingCase, discoverability, Flag, ReportType } from '../../../harness/advertising.ts';

advertisingCase(
  'GAP/CONN/NCON/BV-02-C',
  {
    file: 'src/gap/advertising/advertising-options.ts',
    from: "parametersOf(answers ? 'scannable' : 'nonConnectable',",
    to: "parametersOf(answers ? 'scannable' : 'connectable',",
  },
  (iut, signal) => iut.broadcast({ discoverable: 'general', signal }),
  async (hear) => {
    // 1. The upper tester broadcasts, not connectable, in general discoverable mode, and the tester hears it.
    const heard = await hear();
    // 2. The kind of advertising is that of its mode, and so are the flags.
    expect(heard.type).toBe(ReportType.nonconnectable);
    expect(discoverability(heard)).toBe(Flag.general);
  },
);

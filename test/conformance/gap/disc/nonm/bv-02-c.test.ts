import { expect } from 'vitest';
import { advertisingCase, discoverability, ReportType } from '../../../harness/advertising.ts';

advertisingCase(
  'GAP/DISC/NONM/BV-02-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'if (discoverable === false) return AdFlag.brEdrNotSupported;',
    to: 'if (discoverable === false) return AdFlag.leGeneralDiscoverable;',
  },
  (iut, signal) => iut.advertise({ discoverable: false, signal }),
  async (hear) => {
    // 1. The upper tester advertises, connectable and not discoverable, and the tester hears it.
    const heard = await hear();
    // 2. The kind of advertising is that of its mode, and so are the flags.
    expect(heard.type).toBe(ReportType.connectable);
    expect(discoverability(heard)).toBe(0);
  },
);

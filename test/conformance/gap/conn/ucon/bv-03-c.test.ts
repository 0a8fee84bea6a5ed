import { expect } from 'vitest';
import { advertisingCase, discoverability, Flag, ReportType } from '../../../harness/advertising.ts';

advertisingCase(
  'GAP/CONN/UCON/BV-03-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'AdFlag.leLimitedDiscoverable : AdFlag.leGeneralDiscoverable',
    to: '0 : AdFlag.leGeneralDiscoverable',
  },
  (iut, signal) => iut.advertise({ discoverable: 'limited', signal }),
  async (hear, bench) => {
    // 1. The upper tester advertises to be connected to by anybody, in limited discoverable mode, and the tester hears it.
    const heard = await hear();
    // 2. The kind of advertising is that of its mode, and so are the flags.
    expect(heard.type).toBe(ReportType.connectable);
    expect(discoverability(heard)).toBe(Flag.limited);
    // 3. The tester connects.
    await bench.tester.connect(bench.iut.address);
    await bench.clock.advance(100);
    expect(bench.iut.connections.map(({ device }) => device.address)).toEqual([bench.tester.address]);
  },
);

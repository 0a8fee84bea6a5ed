import { expect } from 'vitest';
import { advertisingCase, discoverability, Flag, ReportType } from '../../../harness/advertising.ts';

advertisingCase(
  'GAP/DISC/LIMM/BV-04-C',
  {
    file: 'src/gap/advertising/advertising-options.ts',
    from: 'export const LIMITED_TIMEOUT_MS = 180_000;',
    to: 'export const LIMITED_TIMEOUT_MS = 1_800_000;',
  },
  (iut, signal) => iut.advertise({ discoverable: 'limited', intervalMs: 1_000, signal }),
  async (hear, bench) => {
    // 1. The upper tester advertises in limited discoverable mode, and the tester hears it.
    const heard = await hear();
    // 2. The kind of advertising is that of its mode, and so are the flags.
    expect(heard.type).toBe(ReportType.connectable);
    expect(discoverability(heard)).toBe(Flag.limited);
    // 3. When the time of the limited mode is over, nothing is heard any more.
    await bench.clock.advance(170_000);
    expect((await hear()).type).toBe(ReportType.connectable);
    await bench.clock.advance(10_000);
    expect((await hear(10_000)).type).toBeUndefined();
  },
);

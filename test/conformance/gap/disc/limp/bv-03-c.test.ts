import { expect } from 'vitest';
import { apartCase } from '../../../harness/case.ts';
import { discovers, isHeard } from '../../../harness/observing.ts';

apartCase(
  'GAP/DISC/LIMP/BV-03-C',
  {
    file: 'src/gap/scanning/discoverability-filter.ts',
    from: '((flagsIn(advertisingData) ?? 0) & flags) !== 0',
    to: '((flagsIn(advertisingData) ?? flags) & flags) !== 0',
  },
  async (bench) => {
    // 1. The tester broadcasts, with no flags.
    bench.tester.advertise({ kind: 'nonconnectable', data: '0409414243' });
    // 2. The upper tester performs the limited discovery procedure for as long as it must last at least, and does not find the tester.
    expect(await discovers(bench, 'limited')).toBe(false);
    // 3. Who listens for everybody does hear it.
    expect(await isHeard(bench)).toBe(true);
  },
);

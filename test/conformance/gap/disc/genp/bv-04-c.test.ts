import { expect } from 'vitest';
import { Flag } from '../../../harness/advertising.ts';
import { apartCase } from '../../../harness/case.ts';
import { discovers, isHeard } from '../../../harness/observing.ts';
import { octet } from '../../../harness/pdu.ts';

apartCase(
  'GAP/DISC/GENP/BV-04-C',
  {
    file: 'src/gap/scanning/discoverability-filter.ts',
    from: '((flagsIn(advertisingData) ?? 0) & flags) !== 0',
    to: 'flagsIn(advertisingData) !== undefined',
  },
  async (bench) => {
    // 1. The tester advertises to be connected to, with neither of the flags of the discoverable modes.
    bench.tester.advertise({ data: `0201${octet(Flag.noBrEdr)}` });
    // 2. The upper tester performs the general discovery procedure for as long as it must last at least, and does not find the tester.
    expect(await discovers(bench, 'general')).toBe(false);
    // 3. Who listens for everybody does hear it.
    expect(await isHeard(bench)).toBe(true);
  },
);

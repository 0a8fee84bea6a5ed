import { expect } from 'vitest';
import { Flag } from '../../../harness/advertising.ts';
import { apartCase } from '../../../harness/case.ts';
import { discovers } from '../../../harness/observing.ts';
import { octet } from '../../../harness/pdu.ts';

apartCase(
  'GAP/DISC/LIMP/BV-01-C',
  {
    file: 'src/gap/scanning/discoverability-filter.ts',
    from: 'limited: AdFlag.leLimitedDiscoverable,',
    to: 'limited: AdFlag.leGeneralDiscoverable,',
  },
  async (bench) => {
    // 1. The tester is in limited discoverable mode.
    bench.tester.advertise({ data: `0201${octet(Flag.limited | Flag.noBrEdr)}` });
    // 2. The upper tester performs the limited discovery procedure for as long as it must last at least, and finds the tester.
    expect(await discovers(bench, 'limited')).toBe(true);
  },
);

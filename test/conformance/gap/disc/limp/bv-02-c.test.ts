import { expect } from 'vitest';
import { Flag } from '../../../harness/advertising.ts';
import { apartCase } from '../../../harness/case.ts';
import { discovers, isHeard } from '../../../harness/observing.ts';
import { octet } from '../../../harness/pdu.ts';

apartCase(
  'GAP/DISC/LIMP/BV-02-C',
  {
    file: 'src/gap/scanning/discoverability-filter.ts',
    from: 'limited: AdFlag.leLimitedDiscoverable,',
    to: 'limited: AdFlag.leLimitedDiscoverable | AdFlag.leGeneralDiscoverable,',
  },
  async (bench) => {
    // 1. The tester is in general discoverable mode.
    bench.tester.advertise({ data: `0201${octet(Flag.general | Flag.noBrEdr)}` });
    // 2. The upper tester performs the limited discovery procedure for as long as it must last at least, and does not find the tester.
    expect(await discovers(bench, 'limited')).toBe(false);
    // 3. Who listens for everybody does hear it.
    expect(await isHeard(bench)).toBe(true);
  },
);

import { expect } from 'vitest';
import { Flag } from '../../../harness/advertising.ts';
import { apartCase } from '../../../harness/case.ts';
import { discovers } from '../../../harness/observing.ts';
import { octet } from '../../../harness/pdu.ts';

apartCase(
  'GAP/DISC/GENP/BV-01-C',
  {
    file: 'src/gap/scanning/discoverability-filter.ts',
    from: 'general: AdFlag.leLimitedDiscoverable | AdFlag.leGeneralDiscoverable,',
    to: 'general: AdFlag.leLimitedDiscoverable,',
  },
  async (bench) => {
    // 1. The tester is in general discoverable mode.
    bench.tester.advertise({ data: `0201${octet(Flag.general | Flag.noBrEdr)}` });
    // 2. The upper tester performs the general discovery procedure for as long as it must last at least, and finds the tester.
    expect(await discovers(bench, 'general')).toBe(true);
  },
);

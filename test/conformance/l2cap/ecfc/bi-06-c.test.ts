import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhancedFromTester, reconfigure, reconfigured } from '../../harness/enhanced.ts';
import { Reconfigured } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BI-06-C',
  {
    file: 'src/l2cap/reconfiguration.ts',
    from: '} else if (!areSizes(mtu, mps, MIN_ENHANCED_SIZE)) result',
    to: '} else if (!areSizes(mtu, mps, 1)) result',
  },
  async (bench) => {
    const channels = await openEnhancedFromTester(bench);
    // 1. The tester asks for an MPS that is below the least, which is refused; the channels stay.
    await bench.signalling.exchange(
      reconfigure(2, 200, 63, 0x0041),
      reconfigured(2, Reconfigured.unacceptableParameters),
    );
    expect(channels.every(({ iut }) => iut.isOpen)).toBe(true);
  },
);

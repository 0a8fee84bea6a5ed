import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhancedFromTester, reconfigure, reconfigured } from '../../harness/enhanced.ts';
import { Reconfigured } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BI-05-C',
  {
    file: 'src/l2cap/reconfiguration.ts',
    from: 'if (channels.length < destinationCids.length) result',
    to: 'if (channels.length < 0) result',
  },
  async (bench) => {
    const channels = await openEnhancedFromTester(bench);
    // 1. The tester changes the MTU of a channel that is not there, which is refused; the channels stay.
    await bench.signalling.exchange(
      reconfigure(2, 300, 64, 0x0077),
      reconfigured(2, Reconfigured.invalidDestinationCid),
    );
    expect(channels.every(({ iut }) => iut.isOpen)).toBe(true);
  },
);

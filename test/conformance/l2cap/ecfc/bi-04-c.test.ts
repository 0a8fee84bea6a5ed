import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhancedFromTester, reconfigure, reconfigured } from '../../harness/enhanced.ts';
import { Reconfigured } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BI-04-C',
  {
    file: 'src/l2cap/reconfiguration.ts',
    from: 'else if (channels.length > 1 && channels.some(',
    to: 'else if (channels.length > 2 && channels.some(',
  },
  async (bench) => {
    const channels = await openEnhancedFromTester(bench, { mps: 80, cids: [0x0041, 0x0042] });
    // 1. The tester lowers its MPS for several channels at once, which is refused; the channels stay.
    await bench.signalling.exchange(
      reconfigure(2, 200, 70, 0x0041, 0x0042),
      reconfigured(2, Reconfigured.mpsReduced),
    );
    expect(channels.every(({ iut }) => iut.isOpen)).toBe(true);
  },
);

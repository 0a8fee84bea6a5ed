import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhancedFromTester, reconfigure, reconfigured } from '../../harness/enhanced.ts';
import { Reconfigured } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BI-03-C',
  {
    file: 'src/l2cap/reconfiguration.ts',
    from: 'if (channels.some(({ peerMtu }) => mtu < peerMtu)) result',
    to: 'if (channels.some(({ peerMtu }) => mtu < peerMtu - 100)) result',
  },
  async (bench) => {
    const channels = await openEnhancedFromTester(bench, { mtu: 100 });
    // 1. The tester lowers its MTU, which is refused; the channels stay.
    await bench.signalling.exchange(reconfigure(2, 80, 64, 0x0041), reconfigured(2, Reconfigured.mtuReduced));
    expect(channels.every(({ iut }) => iut.isOpen)).toBe(true);
  },
);

import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced, reconfigure, reconfigured } from '../../harness/enhanced.ts';
import { Reconfigured } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BI-07-C',
  {
    file: 'src/l2cap/reconfiguration.ts',
    from: 'else if (channels.length > 1 && channels.some(',
    to: 'else if (channels.length > 1 && channels.every(',
  },
  async (bench) => {
    const [first, second] = [
      await openEnhanced(bench, { mps: 70, cids: [0x0041] }),
      await openEnhanced(bench, { mps: 90, cids: [0x0042] }),
    ];
    // 1. The tester asks for an MPS between those of its channels, lower than that of the second one, and is refused.
    const request = reconfigure(2, 200, 80, first.ownCid, second.ownCid);
    await bench.signalling.exchange(request, reconfigured(2, Reconfigured.mpsReduced));
    // 2. The channels stay.
    expect([first, second].map(({ iut }) => iut.isOpen)).toEqual([true, true]);
  },
);

import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { bytes, ramp } from '../../harness/pdu.ts';
import { takeSdu } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-27-C',
  {
    file: 'src/l2cap/credit-codes.ts',
    from: 'export const MIN_ENHANCED_SIZE = 64;',
    to: 'export const MIN_ENHANCED_SIZE = 65;',
  },
  async (bench) => {
    // 1. The tester asks for a channel with the smallest MTU and MPS that there are. All that the specification allows is acceptable: it is opened.
    const { iut, incoming } = await openEnhanced(bench, { mtu: 64, mps: 64 });
    expect(iut.peerMtu).toBe(64);
    // 2. What the upper tester sends comes in SDUs of that length at most.
    await bench.run(iut.send(bytes(ramp(100))));
    expect(await takeSdu(incoming, 64)).toBe(ramp(64));
    expect(await takeSdu(incoming, 64)).toBe(ramp(36, 64));
  },
);

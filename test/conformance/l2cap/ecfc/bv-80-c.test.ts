import { expect } from 'vitest';
import { centralCase } from '../../harness/case.ts';
import { openEnhancedFromIut } from '../../harness/enhanced.ts';
import { hex, ramp } from '../../harness/pdu.ts';
import { frames } from '../../harness/signalling.ts';

centralCase(
  'L2CAP/ECFC/BV-80-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: 'if (length - skip > terms.mps) return close',
    to: 'if (length > terms.mps) return close',
  },
  async (bench) => {
    // 1. The upper tester opens a channel, and the tester accepts it.
    const [channel] = await openEnhancedFromIut(bench);
    if (channel === undefined) throw new Error('no channel was opened');
    const { iut, iutMps, iutMtu, send } = channel;
    expect(iutMtu).toBeGreaterThanOrEqual(iutMps - 1);
    // 2. The tester sends SDUs about as long as the MPS, as twice the MPS and as the MTU, in frames that are as full as they may be.
    for (const length of [iutMps, iutMps - 1, iutMps + 1, 2 * iutMps, 2 * iutMps + 1, iutMtu]) {
      for (const frame of frames(ramp(length, length), iutMps)) send(frame);
      expect(hex(await bench.run(iut.receive()))).toBe(ramp(length, length));
    }
    // 3. The channel is open.
    expect(iut.isOpen).toBe(true);
  },
);

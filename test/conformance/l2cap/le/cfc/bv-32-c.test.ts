import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { hex, ramp } from '../../../harness/pdu.ts';
import { frames, openFromIut } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/LE/CFC/BV-32-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: 'if (length - skip > terms.mps) return close',
    to: 'if (length > terms.mps) return close',
  },
  async (bench) => {
    // 1. The upper tester opens a channel, and the tester accepts it.
    const channel = await openFromIut(bench);
    const { iut, iutMps, iutMtu } = channel;
    expect(iutMtu).toBeGreaterThanOrEqual(iutMps - 1);
    // 2. The tester sends SDUs about as long as the MPS, as twice the MPS and as the MTU, in frames that are as full as they may be.
    for (const length of [iutMps, iutMps - 1, iutMps + 1, 2 * iutMps, 2 * iutMps + 1, iutMtu]) {
      for (const frame of frames(ramp(length, length), iutMps)) channel.send(frame);
      expect(hex(await bench.run(iut.receive()))).toBe(ramp(length, length));
    }
    // 3. The channel is open.
    expect(iut.isOpen).toBe(true);
  },
);

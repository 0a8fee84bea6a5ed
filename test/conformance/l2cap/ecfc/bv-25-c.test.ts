import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced, reconfigure, reconfigured } from '../../harness/enhanced.ts';
import { bytes, ramp, size, slice } from '../../harness/pdu.ts';
import { Reconfigured } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-25-C',
  {
    file: 'src/l2cap/reconfiguration.ts',
    from: 'for (const channel of channels) channel.peerReconfigured(mtu, mps);',
    to: 'for (const channel of channels) channel.peerReconfigured(mtu, 64);',
  },
  async (bench) => {
    const { iut, incoming, ownCid } = await openEnhanced(bench, { mps: 80 });
    // 1. The upper tester sends SDUs that need several frames, in turn with another MPS of the tester's: none is longer than it allows.
    const round = async (mps: number): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        await bench.run(iut.send(bytes(ramp(200, i))));
        const first = await incoming.next();
        const rest = [await incoming.next(), await incoming.next()];
        expect([first, ...rest].map(size).slice(0, 2)).toEqual([mps, mps]);
        expect(slice(first, 2) + rest.join('')).toBe(ramp(200, i));
      }
    };
    await round(80);
    // 2. The tester raises its MPS, then lowers it, and both are agreed to.
    for (const [identifier, mps] of [
      [2, 81],
      [3, 79],
    ] as const) {
      const request = reconfigure(identifier, 200, mps, ownCid);
      await bench.signalling.exchange(request, reconfigured(identifier, Reconfigured.success));
      await round(mps);
    }
  },
);

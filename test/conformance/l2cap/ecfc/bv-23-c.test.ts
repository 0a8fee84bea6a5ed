import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced, reconfigure, reconfigured } from '../../harness/enhanced.ts';
import { bytes, ramp } from '../../harness/pdu.ts';
import { Reconfigured, takeSdu } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-23-C',
  {
    file: 'src/l2cap/reconfiguration.ts',
    from: 'for (const channel of channels) channel.peerReconfigured(mtu, mps);',
    to: 'for (const channel of channels) channel.peerReconfigured(mtu - 1, mps);',
  },
  async (bench) => {
    const { iut, incoming, ownCid } = await openEnhanced(bench, { mtu: 64 });
    // 1. The upper tester sends SDUs as long as the MTU of the tester.
    for (const from of [1, 2]) {
      await bench.run(iut.send(bytes(ramp(64, from))));
      expect(await takeSdu(incoming, 64)).toBe(ramp(64, from));
    }
    // 2. The tester raises its MTU, and that is agreed to.
    await bench.signalling.exchange(reconfigure(2, 512, 64, ownCid), reconfigured(2, Reconfigured.success));
    // 3. The upper tester sends SDUs as long as the new one, and each comes as one.
    for (const from of [3, 4]) {
      await bench.run(iut.send(bytes(ramp(512, from))));
      expect(await takeSdu(incoming, 64)).toBe(ramp(512, from));
    }
  },
);

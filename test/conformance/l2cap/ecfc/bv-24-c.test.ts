import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced, reconfigured } from '../../harness/enhanced.ts';
import { hex, octetAt, ramp, u16 } from '../../harness/pdu.ts';
import { frames, Reconfigured } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-24-C',
  {
    file: 'src/l2cap/reconfiguration.ts',
    from: 'return creditTerms(mtu, mps);',
    to: 'return creditTerms(mtu);',
  },
  async (bench) => {
    const { iut, iutCid, iutMtu, iutMps, send } = await openEnhanced(bench);
    // 1. The tester sends SDUs in frames as long as the MPS, and the upper tester gets them.
    const round = async (mps: number): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        for (const frame of frames(ramp(iutMtu, i), mps)) send(frame);
        expect(hex(await bench.run(iut.receive()))).toBe(ramp(iutMtu, i));
      }
      await bench.signalling.optional(`16.. 0400 ${u16(iutCid)} ....`);
    };
    await round(iutMps);
    // 2. The upper tester raises the MPS by one, then lowers it by two. Each time the request comes, the tester agrees, and frames are as long as that.
    for (const mps of [iutMps + 1, iutMps - 1]) {
      const changing = iut.reconfigure({ mps });
      const request = await bench.signalling.expect(`19.. 0600 ${u16(iutMtu)} ${u16(mps)} ${u16(iutCid)}`);
      bench.signalling.send(reconfigured(octetAt(request, 1), Reconfigured.success));
      await bench.run(changing);
      await round(mps);
    }
  },
);

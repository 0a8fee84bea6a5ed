import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { enhancedResponse } from '../../../harness/enhanced.ts';
import { hex, octetAt, ramp, u16, u16At } from '../../../harness/pdu.ts';
import { frames, Result, SPSM } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/COS/ECFC/BV-04-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: 'if (length - skip > terms.mps) return',
    to: 'if (length > terms.mps) return',
  },
  async (bench) => {
    // 1. The upper tester opens a channel whose MTU is as long as its MPS.
    const connected = bench.connection.l2capConnectEnhanced({ psm: SPSM, mtu: 247 });
    const request = await bench.signalling.expect(`17.. 0a00 ${u16(SPSM)} ${u16(247)} ${u16(247)} *`);
    bench.signalling.send(enhancedResponse(octetAt(request, 1), Result.success));
    const [channel] = await bench.run(connected);
    const iutCid = u16At(request, 12);
    // 2. The tester sends an SDU of that length, in one frame, and in two, since the SDU's length may be counted or not. The upper tester gets both.
    const sdu = ramp(247, 1);
    for (const mps of [247, 246]) {
      for (const frame of frames(sdu, mps)) bench.tester.sendFrame(iutCid, frame);
      expect(hex(await bench.run(channel?.receive() ?? Promise.reject(new Error('no channel'))))).toBe(sdu);
    }
  },
);

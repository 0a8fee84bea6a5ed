import { expect } from 'vitest';
import { centralCase } from '../../harness/case.ts';
import { openEnhancedFromIut, reconfigured } from '../../harness/enhanced.ts';
import { hex, octetAt, ramp, u16, u16At } from '../../harness/pdu.ts';
import { frames, Reconfigured } from '../../harness/signalling.ts';

centralCase(
  'L2CAP/ECFC/BV-22-C',
  {
    file: 'src/l2cap/reconfiguration.ts',
    from: 'for (const channel of channels) channel.terms = terms;',
    to: 'for (const channel of channels) void channel;',
  },
  async (bench) => {
    const [channel] = await openEnhancedFromIut(bench);
    if (channel === undefined) throw new Error('no channel was opened');
    const { iut, iutCid, iutMtu, iutMps, send } = channel;
    const exchange = async (length: number): Promise<void> => {
      for (const frame of frames(ramp(length, length), iutMps)) send(frame);
      expect(hex(await bench.run(iut.receive()))).toBe(ramp(length, length));
    };
    // 1. The tester sends SDUs as long as the MTU.
    for (let i = 0; i < 2; i++) await exchange(iutMtu);
    // 2. The upper tester raises the MTU, the request comes, and the tester agrees.
    const raised = iut.reconfigure({ mtu: 1_000 });
    const request = await bench.signalling.expect(`19.. 0600 ${u16(1_000)} .... ${u16(iutCid)}`);
    expect(u16At(request, 6)).toBeGreaterThanOrEqual(iutMps);
    bench.signalling.send(reconfigured(octetAt(request, 1), Reconfigured.success));
    await bench.run(raised);
    // 3. The tester sends SDUs as long as the new MTU.
    for (let i = 0; i < 2; i++) await exchange(1_000);
    // 4. Credits may come back.
    await bench.signalling.optional(`16.. 0400 ${u16(iutCid)} ....`);
  },
);

import { expect } from 'vitest';
import { centralCase } from '../../harness/case.ts';
import { enhancedResponse } from '../../harness/enhanced.ts';
import { octetAt, u16, u16At } from '../../harness/pdu.ts';
import { Result, Signal, SPSM, signal } from '../../harness/signalling.ts';

centralCase(
  'L2CAP/ECFC/BV-29-C',
  {
    file: 'src/l2cap/enhanced-channels.ts',
    from: "for (const channel of twins) channel.close('duplicateCid');",
    to: 'for (const channel of twins) void channel;',
  },
  async (bench) => {
    // 1. The upper tester opens two channels, and the tester accepts both with the same Destination CID.
    const channels = bench.connection.l2capConnectEnhanced({ psm: SPSM, count: 2 });
    const request = await bench.signalling.expect(`17.. 0c00 ${u16(SPSM)} *`);
    const outcome = bench.failure(channels);
    bench.signalling.send(enhancedResponse(octetAt(request, 1), Result.success, { cids: [0x0041, 0x0041] }));
    // 2. Both are closed, and the upper tester learns that there is none.
    for (const at of [12, 14]) {
      const close = await bench.signalling.expect(`06.. 0400 4100 ${u16(u16At(request, at))}`);
      const response = signal(Signal.disconnectionResponse, octetAt(close, 1), 0x0041, u16At(request, at));
      bench.signalling.send(response);
    }
    expect(await outcome).toBeInstanceOf(Error);
  },
);

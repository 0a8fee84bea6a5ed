import { expect } from 'vitest';
import { centralCase } from '../../harness/case.ts';
import { enhancedResponse } from '../../harness/enhanced.ts';
import { bytes, octetAt, u16 } from '../../harness/pdu.ts';
import { SHORT_VALUE } from '../../harness/services.ts';
import { Result, SPSM } from '../../harness/signalling.ts';

centralCase(
  'L2CAP/ECFC/BV-18-C',
  {
    file: 'src/l2cap/enhanced-channels.ts',
    from: 'if (localCid === undefined || !isDynamicCid(remoteCid)) continue;',
    to: 'if (localCid === undefined || remoteCid === 1) continue;',
  },
  async (bench) => {
    // 1. The upper tester opens two channels, and the request comes.
    const connected = bench.connection.l2capConnectEnhanced({ psm: SPSM, count: 2 });
    const request = await bench.signalling.expect(`17.. 0c00 ${u16(SPSM)} *`);
    // 2. The tester refuses the second one, because its Source CID is invalid; the upper tester gets the first alone.
    bench.signalling.send(
      enhancedResponse(octetAt(request, 1), Result.invalidSourceCid, { cids: [0x0041, 0] }),
    );
    const channels = await bench.run(connected);
    expect(channels).toHaveLength(1);
    // 3. What the upper tester sends on it reaches the tester, and nothing comes on another channel.
    await bench.run(channels[0]?.send(bytes(SHORT_VALUE)) ?? Promise.reject(new Error('no channel')));
    await bench.tester.channel(0x0041).expect(`0500 ${SHORT_VALUE}`);
  },
);

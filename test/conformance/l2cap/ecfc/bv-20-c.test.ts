import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { enhancedRequest, openEnhanced } from '../../harness/enhanced.ts';
import { u16At } from '../../harness/pdu.ts';
import { Result, SPSM } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-20-C',
  {
    file: 'src/l2cap/enhanced-channels.ts',
    from: 'table.withRemote(sourceCid) !== undefined;',
    to: 'table.withRemote(sourceCid) === null;',
  },
  async (bench) => {
    const { iut, ownCid } = await openEnhanced(bench);
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester opens two channels, one of them with a Source CID that is in use: that one is refused.
    const request = enhancedRequest(2, { spsm: listener.psm, cids: [ownCid, 0x0050] });
    const answer = await bench.signalling.exchange(request, '1802 0c00 *');
    expect([u16At(answer, 10), u16At(answer, 12)]).toEqual([Result.sourceCidAllocated, 0]);
    // 2. The other one and the first one are open.
    expect((await bench.run(listener.accept())).isOpen).toBe(true);
    expect(iut.isOpen).toBe(true);
  },
);

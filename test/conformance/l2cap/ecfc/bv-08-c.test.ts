import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { octetAt, u16 } from '../../harness/pdu.ts';
import { Signal, signal } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-08-C',
  {
    file: 'src/l2cap/credit-channels.ts',
    from: '{ destinationCid: remoteCid, sourceCid: localCid },',
    to: '{ destinationCid: localCid, sourceCid: remoteCid },',
  },
  async (bench) => {
    const { iut, iutCid, ownCid } = await openEnhanced(bench);
    // 1. The upper tester closes the channel, and the request comes.
    const closed = iut.disconnect();
    const request = await bench.signalling.expect(`06.. 0400 ${u16(ownCid)} ${u16(iutCid)}`);
    // 2. The tester answers, and the upper tester learns that.
    bench.signalling.send(signal(Signal.disconnectionResponse, octetAt(request, 1), ownCid, iutCid));
    await bench.run(closed);
    expect(iut.isOpen).toBe(false);
  },
);

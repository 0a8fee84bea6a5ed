import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { Signal, signal } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-30-C',
  {
    file: 'src/l2cap/credit-channels.ts',
    from: 'signalling.rejectCids(identifier, destinationCid, sourceCid);',
    to: 'void identifier;',
  },
  async (bench) => {
    const { iut, ownCid } = await openEnhanced(bench);
    // 1. The tester closes a channel that is not there, and the request is rejected with its CIDs.
    const request = signal(Signal.disconnectionRequest, 2, 0x007f, ownCid);
    await bench.signalling.exchange(request, signal(Signal.reject, 2, 0x0002, 0x007f, ownCid));
    // 2. The channel that is there stays.
    expect(iut.isOpen).toBe(true);
  },
);

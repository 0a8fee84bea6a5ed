import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { creditRequest, creditResponse, Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-20-C',
  {
    file: 'src/l2cap/credit-channels.ts',
    from: 'if (this.#table.withRemote(sourceCid) !== undefined) return',
    to: 'if (this.#table.withRemote(sourceCid) === null) return',
  },
  async (bench) => {
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester opens a channel.
    await bench.signalling.exchange(creditRequest(1), '1501 0a00 *');
    const channel = await bench.run(listener.accept());
    // 2. It opens another with the same Source CID, and is refused.
    await bench.signalling.exchange(creditRequest(2), creditResponse(2, Result.sourceCidAllocated));
    // 3. The first one stays.
    expect(channel.isOpen).toBe(true);
  },
);

import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { octet, u16At } from '../../../harness/pdu.ts';
import { creditRequest, creditResponse, Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-17-C',
  {
    file: 'src/l2cap/credit-channels.ts',
    from: 'if (this.#table.room === 0 || listener.room === 0) return',
    to: 'if (this.#table.room === 0) return',
  },
  async (bench) => {
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    // 1. The tester opens channels which the upper tester does not take, until there are as many as may wait.
    let identifier = 1;
    let answer = await bench.signalling.exchange(creditRequest(identifier), '15.. 0a00 *');
    while (u16At(answer, 12) === Result.success && identifier < 32) {
      identifier++;
      // 2. The next one, with a Source CID of its own, is refused for want of resources.
      const request = creditRequest(identifier, { cid: 0x0041 + identifier });
      answer = await bench.signalling.exchange(request, `15${octet(identifier)} 0a00 *`);
    }
    expect(answer).toBe(creditResponse(identifier, Result.noResources));
    expect(identifier).toBeGreaterThan(2);
    // 3. When the others have been taken there is room again.
    for (let taken = 1; taken < identifier; taken++) await bench.run(listener.accept());
    const request = creditRequest(0x40, { cid: 0x007f });
    expect(u16At(await bench.signalling.exchange(request, '1540 0a00 *'), 12)).toBe(Result.success);
    await bench.run(listener.accept());
  },
);

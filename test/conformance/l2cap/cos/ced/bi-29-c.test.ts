import { TimeoutError } from 'jelling';
import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { octetAt } from '../../../harness/pdu.ts';
import {
  closeFromTester,
  creditResponse,
  openFromIut,
  Result,
  rejectNotUnderstood,
  SPSM,
} from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/COS/CED/BI-29-C',
  {
    file: 'src/l2cap/outstanding-requests.ts',
    from: 'if (request?.responseCode !== code) return false;',
    to: 'if (request?.responseCode !== code) return [...this.#requests.keys()].some((id) => this.answered(code, id, data));',
  },
  async (bench) => {
    const used = new Set<number>();
    // 1. The upper tester opens channels, and the tester answers each request with an identifier that it does not have: 0, another one, and 0 again.
    for (let i = 0; i < 255; i++) {
      const channel = bench.connection.l2capConnect({ psm: SPSM });
      const outcome = bench.failure(channel);
      const identifier = octetAt(await bench.signalling.expect('14.. 0a00 *'), 1);
      // 2. No identifier comes again before all have been used.
      expect(used.has(identifier)).toBe(false);
      used.add(identifier);
      const wrong = i === 1 ? (identifier % 255) + 1 : 0;
      bench.signalling.send(creditResponse(wrong, Result.success));
      // 3. No channel is made of it.
      expect(await outcome).toBeInstanceOf(TimeoutError);
      bench.signalling.send(rejectNotUnderstood(identifier));
    }
    // 4. The upper tester opens a channel, and the tester accepts it.
    const channel = await openFromIut(bench);
    // 5. It sends the same response again, and nothing comes of it.
    bench.signalling.send(creditResponse(1, Result.success));
    await bench.signalling.silent();
    expect(channel.iut.isOpen).toBe(true);
    // 6. The tester closes the channel, and is answered.
    await closeFromTester(bench, channel);
  },
);

import { L2capError } from 'jelling';
import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { octetAt, u16 } from '../../../harness/pdu.ts';
import { rejectNotUnderstood, SPSM } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/LE/CFC/BV-01-C',
  {
    file: 'src/l2cap/signalling.ts',
    from: 'this.#requests.rejected(identifier, reason)',
    to: 'this.#requests.rejected(identifier + 1, reason)',
  },
  async (bench) => {
    // 1. The upper tester opens a channel, and the request comes.
    const channel = bench.connection.l2capConnect({ psm: SPSM });
    const request = await bench.signalling.expect(`14.. 0a00 ${u16(SPSM)} *`);
    // 2. The tester does not know such channels and rejects the command; the upper tester learns that.
    bench.signalling.send(rejectNotUnderstood(octetAt(request, 1)));
    expect(await bench.failure(channel)).toBeInstanceOf(L2capError);
  },
);

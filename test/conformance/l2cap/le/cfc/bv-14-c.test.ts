import { L2capError } from 'jelling';
import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { encryptLink } from '../../../harness/encrypted.ts';
import { octetAt, u16 } from '../../../harness/pdu.ts';
import { creditResponse, Result, SPSM } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/LE/CFC/BV-14-C',
  {
    file: 'src/l2cap/credit-channels.ts',
    from: 'if (result !== CreditResult.success) {',
    to: 'if (result === 0xffff) {',
  },
  async (bench) => {
    // 1. The link is encrypted. The upper tester opens a channel, and the request comes.
    await encryptLink(bench);
    const channel = bench.connection.l2capConnect({ psm: SPSM });
    const request = await bench.signalling.expect(`14.. 0a00 ${u16(SPSM)} *`);
    // 2. The tester refuses it, because the key of the link is too short; the upper tester learns that, and has no channel to send on.
    bench.signalling.send(creditResponse(octetAt(request, 1), Result.keySizeTooShort));
    const failure = await bench.failure(channel);
    expect(failure).toBeInstanceOf(L2capError);
    expect(failure).toMatchObject({ result: Result.keySizeTooShort });
  },
);

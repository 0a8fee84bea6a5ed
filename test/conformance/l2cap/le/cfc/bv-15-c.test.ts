import { peripheralCase } from '../../../harness/case.ts';
import { encryptLink } from '../../../harness/encrypted.ts';
import { creditRequest, creditResponse, Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-15-C',
  {
    file: 'src/gatt/access.ts',
    from: 'if (security.keySize < (rule.minKeySize ?? 0)) return',
    to: 'if (security.keySize > (rule.minKeySize ?? 0)) return',
  },
  async (bench) => {
    // 1. The upper tester listens to an SPSM that needs a key of 16 octets. The link is encrypted with one of 7.
    await using listener = bench.connection.l2capListen({ psm: SPSM, security: { minKeySize: 16 } });
    await encryptLink(bench, 7);
    // 2. The tester opens a channel, and is refused.
    await bench.signalling.exchange(creditRequest(1), creditResponse(1, Result.keySizeTooShort));
    await listener.close();
  },
);

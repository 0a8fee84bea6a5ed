import { peripheralCase } from '../../../harness/case.ts';
import { bondAndReconnect } from '../../../harness/encrypted.ts';
import { creditRequest, creditResponse, Result, SPSM } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-25-C',
  {
    file: 'src/gatt/access.ts',
    from: 'return security.hasKey ? AttErrorCode.insufficientEncryption : AttErrorCode.insufficientAuthentication;',
    to: 'return AttErrorCode.insufficientAuthentication;',
  },
  async (bench) => {
    // 1. Both have made a bond, and are on a new link that is not encrypted. The upper tester listens to an SPSM that needs encryption.
    await bondAndReconnect(bench);
    await using listener = bench.connection.l2capListen({ psm: SPSM, security: { encrypted: true } });
    // 2. The tester opens a channel, and is told that the link has to be encrypted.
    await bench.signalling.exchange(creditRequest(1), creditResponse(1, Result.insufficientEncryption));
    await listener.close();
  },
);

import { read, readResponse } from '../../../harness/att.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'GATT/SR/GAW/BI-40-C',
  'peripheral',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'if (length <= attribute.source.maxLength) return;',
    to: 'if (length <= 512) return;',
  },
  async ({ att }, { signed, csrk }) => {
    const { handle } = signed;
    // 1. and 2. The tester reads the value.
    await att.exchange(read(handle), readResponse('f0f1f2f3'));
    // 3. It writes more octets than the value may have, signed as it should be.
    att.send(signedWrite(csrk, handle, '0102030405', 0));
    // 4. Nothing comes of it.
    await att.silent();
    // 5. and 6. The value is what it was.
    await att.exchange(read(handle), readResponse('f0f1f2f3'));
  },
);

import { read, readResponse } from '../../../harness/att.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'GATT/SR/GAW/BI-01-C',
  'peripheral',
  {
    file: 'src/smp/data-signing.ts',
    from: 'const isRight = equalSecrets(',
    to: 'const isRight = signCounter >= 0 || equalSecrets(',
  },
  async ({ att }, { signed, csrk }) => {
    const { handle } = signed;
    // 1. The tester reads the value.
    await att.exchange(read(handle), readResponse('f0f1f2f3'));
    // 2. It writes another with a signature that is wrong in its last octet. Nothing is answered.
    const right = signedWrite(csrk, handle, 'c0ffee', 0);
    att.send(right.slice(0, -2) + (right.endsWith('00') ? '01' : '00'));
    await att.silent();
    // 3. The value is what it was.
    await att.exchange(read(handle), readResponse('f0f1f2f3'));
  },
);

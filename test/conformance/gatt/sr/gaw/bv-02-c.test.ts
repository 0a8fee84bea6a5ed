import { read, readResponse } from '../../../harness/att.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'GATT/SR/GAW/BV-02-C',
  'peripheral',
  {
    file: 'src/smp/data-signing.ts',
    from: 'const isRight = equalSecrets(',
    to: 'const isRight = !equalSecrets(',
  },
  async ({ att }, { signed, csrk }) => {
    // 1. The tester writes a value and signs it. Nothing is answered.
    att.send(signedWrite(csrk, signed.handle, 'c0ffee', 0));
    await att.silent();
    // 2. It reads what it has written.
    await att.exchange(read(signed.handle), readResponse('c0ffee'));
  },
);

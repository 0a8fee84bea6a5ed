import { expect } from 'vitest';
import { hex } from '../../../harness/pdu.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'SM/CEN/SIGN/BV-03-C',
  'central',
  {
    file: 'src/smp/data-signing.ts',
    from: 'isRight && signCounter >= counter',
    to: 'isRight && signCounter > counter',
  },
  async ({ att }, { signed, csrk }) => {
    // 1. The tester sends data that is signed with its key and the first counter, and the upper tester gets it.
    att.send(signedWrite(csrk, signed.handle, 'c0ffee', 0));
    await att.silent();
    expect(hex(signed.read())).toBe('c0ffee');
  },
);

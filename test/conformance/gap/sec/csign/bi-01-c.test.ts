import { expect } from 'vitest';
import { hex } from '../../../harness/pdu.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'GAP/SEC/CSIGN/BI-01-C',
  'peripheral',
  {
    file: 'src/smp/data-signing.ts',
    from: 'const isRight = equalSecrets(',
    to: 'const isRight = signCounter >= 0 || equalSecrets(',
  },
  async ({ att }, { signed }) => {
    // 1. The tester sends a request that is signed with another key than the one which it has given.
    att.send(signedWrite('0123456789abcdef'.repeat(2), signed.handle, '0102', 0));
    // 2. and 3. Nothing is answered, and the upper tester does not get it.
    await att.silent();
    expect(hex(signed.read())).toBe('f0f1f2f3');
  },
);

import { expect } from 'vitest';
import { hex } from '../../../harness/pdu.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'GAP/SEC/CSIGN/BI-04-C',
  'peripheral',
  {
    file: 'src/gatt/server/server-signed-write.ts',
    from: 'if (status !== ALLOWED)',
    to: 'if (status < ALLOWED)',
  },
  async ({ att }, { authenticated, csrk }) => {
    // 1. The tester, for whose bond nobody has vouched, sends a signed request for what needs such a bond.
    att.send(signedWrite(csrk, authenticated.handle, '0102', 0));
    // 2. and 3. Nothing is answered, and the upper tester does not get it.
    await att.silent();
    expect(hex(authenticated.read())).toBe('f0f1f2f3');
  },
);

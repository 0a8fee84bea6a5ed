import { expect } from 'vitest';
import { hex } from '../../../harness/pdu.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'GAP/SEC/CSIGN/BV-02-C',
  'peripheral',
  {
    file: 'src/gatt/server/server-signed-write.ts',
    from: 'await write(context, attribute, value, false);',
    to: 'await Promise.resolve();',
  },
  async ({ att }, { signed, csrk }) => {
    // 1. The tester sends a request for a service that is signed with the key which it has given.
    att.send(signedWrite(csrk, signed.handle, '0102', 0));
    await att.silent();
    // 2. to 5. The upper tester gets it.
    expect(hex(signed.read())).toBe('0102');
  },
);

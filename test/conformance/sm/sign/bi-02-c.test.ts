import { expect } from 'vitest';
import { hex } from '../../harness/pdu.ts';
import { signedServerCase, signedWrite } from '../../harness/signing.ts';

signedServerCase(
  'SM/SIGN/BI-02-C',
  'peripheral',
  {
    file: 'src/gap/link/link-signing.ts',
    from: 'peerSigningKey: afterCounter(key, counter)',
    to: 'peerSigningKey: key',
  },
  async ({ att }, { signed, csrk }) => {
    const expectAfter = async (value: string, counter: number, then: string): Promise<void> => {
      att.send(signedWrite(csrk, signed.handle, value, counter));
      await att.silent();
      expect(hex(signed.read())).toBe(then);
    };
    // 1. The tester sends data that is signed with a counter, and the upper tester gets it.
    await expectAfter('01', 5, '01');
    // 2. and 3. It sends other data that is signed with the same counter, twice, and nothing comes of it.
    await expectAfter('02', 5, '01');
    await expectAfter('03', 5, '01');
    // 4. It sends data that is signed with the next counter, and the upper tester gets it.
    await expectAfter('04', 6, '04');
  },
);

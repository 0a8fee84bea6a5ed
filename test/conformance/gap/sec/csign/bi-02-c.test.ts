import { expect } from 'vitest';
import { hex } from '../../../harness/pdu.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'GAP/SEC/CSIGN/BI-02-C',
  'peripheral',
  {
    file: 'src/smp/data-signing.ts',
    from: 'counter: counter + 1,',
    to: 'counter: key.counter,',
  },
  async ({ att }, { signed, csrk }) => {
    const send = async (value: string, counter: number): Promise<string> => {
      att.send(signedWrite(csrk, signed.handle, value, counter));
      await att.silent();
      return hex(signed.read());
    };
    // 1. and 2. The tester sends a request with counter 0, and the upper tester gets it.
    expect(await send('01', 0)).toBe('01');
    // 3. and 4. So it does with counter 1.
    expect(await send('02', 1)).toBe('02');
    // 5. and 6. It sends one with counter 0 again, which the upper tester does not get.
    expect(await send('03', 0)).toBe('02');
  },
);

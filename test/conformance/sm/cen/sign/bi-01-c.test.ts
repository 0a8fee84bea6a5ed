import { expect } from 'vitest';
import { hex } from '../../../harness/pdu.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'SM/CEN/SIGN/BI-01-C',
  'central',
  {
    file: 'src/smp/data-signing.ts',
    from: 'const isRight = equalSecrets(',
    to: 'const isRight = signCounter >= 0 || equalSecrets(',
  },
  async ({ att }, { signed, csrk }) => {
    // 1. The tester sends data with a MAC that belongs to other data, and nothing comes of it.
    const other = signedWrite(csrk, signed.handle, 'c0ffef', 0);
    const data = signedWrite(csrk, signed.handle, 'c0ffee', 0);
    att.send(data.slice(0, -16) + other.slice(-16));
    await att.silent();
    expect(hex(signed.read())).toBe('f0f1f2f3');
  },
);

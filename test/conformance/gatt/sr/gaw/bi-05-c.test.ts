import { expect } from 'vitest';
import { Code, error, Request, write } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';

serverCase(
  'GATT/SR/GAW/BI-05-C',
  {
    file: 'src/gatt/access.ts',
    from: 'if (rule === openAccess || !needsEncryption(rule)) return ALLOWED;',
    to: 'if (rule === openAccess || needsEncryption(rule)) return ALLOWED;',
  },
  async ({ att }, { unauthenticated }) => {
    // 1. The tester, which has not paired, writes a value that needs authentication, and is refused; the value stays.
    const { handle } = unauthenticated;
    await att.exchange(write(handle, 'bb'), error(Request.write, handle, Code.insufficientAuthentication));
    expect(hex(unauthenticated.read())).toBe('beef');
  },
);

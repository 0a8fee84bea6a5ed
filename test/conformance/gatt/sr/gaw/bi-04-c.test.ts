import { expect } from 'vitest';
import { Code, error, Request, write } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';

serverCase(
  'GATT/SR/GAW/BI-04-C',
  {
    file: 'src/gatt/server/server-context.ts',
    from: 'const authorized = attribute.authorize?.(context.session, operation);',
    to: 'const authorized = undefined as void | Promise<void>;',
  },
  async ({ att }, { unauthorized }) => {
    // 1. The tester writes a value that needs an authorisation which nobody has given, and is refused; the value stays.
    const { handle } = unauthorized;
    await att.exchange(write(handle, 'bb'), error(Request.write, handle, Code.insufficientAuthorization));
    expect(hex(unauthorized.read())).toBe('dead');
  },
);

import { Code, error, Request, readBlob } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-15-C',
  {
    file: 'src/gatt/server/server-context.ts',
    from: 'const authorized = attribute.authorize?.(context.session, operation);',
    to: 'const authorized = undefined as void | Promise<void>;',
  },
  async ({ att }, { unauthorized }) => {
    // 1. The tester reads a part of a value that needs an authorisation, and is refused.
    const { handle } = unauthorized;
    await att.exchange(readBlob(handle, 0), error(Request.readBlob, handle, Code.insufficientAuthorization));
  },
);

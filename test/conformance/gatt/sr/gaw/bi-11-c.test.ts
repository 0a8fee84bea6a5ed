import { Code, error, prepareWrite, Request } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BI-11-C',
  {
    file: 'src/gatt/server/server-context.ts',
    from: 'const authorized = attribute.authorize?.(context.session, operation);',
    to: 'const authorized = undefined as void | Promise<void>;',
  },
  async ({ att }, { unauthorized }) => {
    // 1. The tester prepares a part of a value that needs an authorisation which nobody has given, and is refused.
    const { handle } = unauthorized;
    att.send(prepareWrite(handle, 0, 'bb'));
    await att.expect(error(Request.prepareWrite, handle, Code.insufficientAuthorization));
  },
);

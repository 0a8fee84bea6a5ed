import { Code, error, Request, readMultipleVariable } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-36-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: "reach(context, handle, 'read')",
    to: "reach(context, handle, 'write')",
  },
  async ({ att }, { short, writeOnly }) => {
    // 1. The tester reads several values of which one may not be read, and is refused with the handle of that one.
    att.send(readMultipleVariable(short.handle, writeOnly.handle));
    await att.expect(error(Request.readMultipleVariable, writeOnly.handle, Code.readNotPermitted));
  },
);

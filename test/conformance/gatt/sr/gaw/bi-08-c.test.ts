import { Code, error, prepareWrite, Request } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BI-08-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: "const reached = reach(context, attributeHandle, 'write');",
    to: "const reached = reach(context, attributeHandle, 'read');",
  },
  async ({ att }, { readOnly }) => {
    // 1. The tester prepares a part of a value that may not be written, and is refused.
    att.send(prepareWrite(readOnly.handle, 0, '00'));
    await att.expect(error(Request.prepareWrite, readOnly.handle, Code.writeNotPermitted));
  },
);

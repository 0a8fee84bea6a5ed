import { Code, error, prepareWrite, Request } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BI-07-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: "const reached = reach(context, attributeHandle, 'write');",
    to: "const reached = reach(context, 3, 'read');",
  },
  async ({ att }, { invalidHandle }) => {
    // 1. The tester prepares a part at a handle where nothing stands, and is refused.
    att.send(prepareWrite(invalidHandle, 0, '00'));
    await att.expect(error(Request.prepareWrite, invalidHandle, Code.invalidHandle));
  },
);

import { Code, error, Request, readBlob } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-12-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: "reach(context, attributeHandle, 'read')",
    to: "reach(context, attributeHandle, 'write')",
  },
  async ({ att }, { writeOnly }) => {
    // 1. The tester reads a part of a value that may not be read, and is refused.
    const { handle } = writeOnly;
    await att.exchange(readBlob(handle, 0), error(Request.readBlob, handle, Code.readNotPermitted));
  },
);

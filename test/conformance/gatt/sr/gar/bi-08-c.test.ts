import { Code, error, Request, readByType, Type } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-08-C',
  {
    file: 'src/gatt/server/server-context.ts',
    from: 'if (start < FIRST_HANDLE || start > end)',
    to: 'if (start < FIRST_HANDLE)',
  },
  async ({ att }) => {
    // 1. The tester reads by type in a range that ends before it begins, and is refused with the first handle.
    att.send(readByType(0x0002, 0x0001, Type.primaryService));
    await att.expect(error(Request.readByType, 0x0002, Code.invalidHandle));
    // 2. A range that begins at handle 0 is refused too.
    att.send(readByType(0x0000, 0x0001, Type.primaryService));
    await att.expect(error(Request.readByType, 0x0000, Code.invalidHandle));
  },
);

import { Code, error, Request, readByType } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-06-C',
  {
    file: 'src/gatt/server/characteristic-options.ts',
    from: 'read: accessRule(options.read)',
    to: 'read: accessRule(true)',
  },
  async ({ att }, { main, writeOnly }) => {
    // 1. The tester reads by the UUID of a value that may not be read, and is refused with the handle of that value.
    att.send(readByType(main.handle, main.endHandle, 0xb005));
    await att.expect(error(Request.readByType, writeOnly.handle, Code.readNotPermitted));
  },
);

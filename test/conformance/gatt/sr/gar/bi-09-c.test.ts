import { Code, error, Request, readByType } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-09-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'if (response.empty) throw error;',
    to: 'if (response.empty) break;',
  },
  async ({ att }, { main, unauthorized }) => {
    // 1. The tester reads by the UUID of a value that needs an authorisation, and is refused with the handle of that value.
    att.send(readByType(main.handle, main.endHandle, 0xb006));
    await att.expect(error(Request.readByType, unauthorized.handle, Code.insufficientAuthorization));
  },
);

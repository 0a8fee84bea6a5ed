import { Code, error, Request, readByType } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-10-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'if (response.empty) throw error;',
    to: 'if (response.empty) break;',
  },
  async ({ att }, { main, unauthenticated }) => {
    // 1. The tester, which has not paired, reads by the UUID of a value that needs authentication, and is refused with the handle of that value.
    att.send(readByType(main.handle, main.endHandle, 0xb00c));
    await att.expect(error(Request.readByType, unauthenticated.handle, Code.insufficientAuthentication));
  },
);

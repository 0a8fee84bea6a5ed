import { Code, error, Request, readMultiple } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-20-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'for (const handle of handles) {',
    to: 'for (const handle of handles.slice(0, 1)) {',
  },
  async ({ att }, { short, unauthorized }) => {
    // 1. The tester reads several values of which one needs an authorisation, and is refused with the handle of that one.
    att.send(readMultiple(short.handle, unauthorized.handle));
    await att.expect(error(Request.readMultiple, unauthorized.handle, Code.insufficientAuthorization));
  },
);

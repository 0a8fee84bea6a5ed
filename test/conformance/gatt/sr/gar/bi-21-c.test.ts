import { Code, error, Request, readMultiple } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-21-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'for (const handle of handles) {',
    to: 'for (const handle of handles.slice(0, 1)) {',
  },
  async ({ att }, { short, unauthenticated }) => {
    // 1. The tester, which has not paired, reads several values of which one needs authentication, and is refused with the handle of that one.
    att.send(readMultiple(short.handle, unauthenticated.handle));
    await att.expect(error(Request.readMultiple, unauthenticated.handle, Code.insufficientAuthentication));
  },
);

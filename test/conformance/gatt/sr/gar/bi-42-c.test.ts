import { Code, error, Request, readMultipleVariable } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-42-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'for (const handle of handles) {',
    to: 'for (const handle of handles.slice(0, 1)) {',
  },
  async ({ att }, { short, unauthenticated }) => {
    // 1. The tester, which has not paired, reads several values of which one needs authentication, and is refused with the handle of that one.
    att.send(readMultipleVariable(short.handle, unauthenticated.handle));
    await att.expect(
      error(Request.readMultipleVariable, unauthenticated.handle, Code.insufficientAuthentication),
    );
  },
);

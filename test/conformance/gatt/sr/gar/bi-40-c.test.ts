import { Code, error, Request, readMultipleVariable } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-40-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'for (const handle of handles) {',
    to: 'for (const handle of handles.slice(0, 1)) {',
  },
  async ({ att }, { short, unauthorized }) => {
    // 1. The tester reads several values of which one needs an authorisation, and is refused with the handle of that one.
    att.send(readMultipleVariable(short.handle, unauthorized.handle));
    await att.expect(
      error(Request.readMultipleVariable, unauthorized.handle, Code.insufficientAuthorization),
    );
  },
);

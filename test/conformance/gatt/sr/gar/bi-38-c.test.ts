import { Code, error, Request, readMultipleVariable } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-38-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'for (const handle of handles) {',
    to: 'for (const handle of handles.slice(0, 1)) {',
  },
  async ({ att }, { short, long, invalidHandle }) => {
    // 1. The tester reads at several handles at one of which nothing stands, and is refused with that one.
    att.send(readMultipleVariable(short.handle, invalidHandle));
    await att.expect(error(Request.readMultipleVariable, invalidHandle, Code.invalidHandle));

    // 2. It does so also where the values before it fill the answer.
    att.send(readMultipleVariable(long.handle, short.handle, invalidHandle));
    await att.expect(error(Request.readMultipleVariable, invalidHandle, Code.invalidHandle));
  },
);

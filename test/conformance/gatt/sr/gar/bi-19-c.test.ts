import { Code, error, Request, readMultiple } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-19-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'for (const handle of handles) {',
    to: 'for (const handle of handles.slice(0, 1)) {',
  },
  async ({ att }, { short, invalidHandle }) => {
    // 1. The tester reads at several handles at one of which nothing stands, and is refused with that one.
    att.send(readMultiple(short.handle, invalidHandle));
    await att.expect(error(Request.readMultiple, invalidHandle, Code.invalidHandle));
  },
);

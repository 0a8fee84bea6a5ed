import { Code, error, Request, readMultiple } from '../../../harness/att.ts';
import { shortKeyServerCase } from '../../../harness/short-key.ts';

shortKeyServerCase(
  'GATT/SR/GAR/BI-22-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'for (const handle of handles) {',
    to: 'for (const handle of handles.slice(0, 1)) {',
  },
  async ({ att }, { open, guarded }) => {
    // 1. The tester reads several values over a link whose key is shorter than one of them needs, and is refused with the handle of that one.
    att.send(readMultiple(open.handle, guarded.handle));
    await att.expect(error(Request.readMultiple, guarded.handle, Code.keySizeTooShort));
  },
);

import { Code, error, Request, read } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-01-C',
  {
    file: 'src/gatt/server/characteristic-options.ts',
    from: 'read: accessRule(options.read)',
    to: 'read: accessRule(true)',
  },
  async ({ att }, { writeOnly }) => {
    // 1. The tester reads a value that may not be read, and is refused.
    await att.exchange(read(writeOnly.handle), error(Request.read, writeOnly.handle, Code.readNotPermitted));
  },
);

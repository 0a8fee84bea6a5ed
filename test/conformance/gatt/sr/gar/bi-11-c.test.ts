import { Code, error, Request, readByType } from '../../../harness/att.ts';
import { shortKeyServerCase } from '../../../harness/short-key.ts';

shortKeyServerCase(
  'GATT/SR/GAR/BI-11-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'if (response.empty) throw error;',
    to: 'if (response.empty) break;',
  },
  async ({ att }, { service, guarded }) => {
    // 1. The tester reads by the UUID of a value over a link whose key is shorter than it needs, and is refused with the handle of that value.
    att.send(readByType(service.handle, service.endHandle, 0xb202));
    await att.expect(error(Request.readByType, guarded.handle, Code.keySizeTooShort));
  },
);

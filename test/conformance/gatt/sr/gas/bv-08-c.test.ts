import { Service } from 'jelling';
import {
  Code,
  error,
  Request,
  readMultipleVariable,
  Type,
  write,
  writeResponse,
} from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { findValue } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAS/BV-08-C',
  {
    file: 'src/gatt/server/database-synchronisation.ts',
    from: 'return request.handles[0];',
    to: 'return request.handles[9];',
  },
  async ({ att, iut }, { short, readOnly }) => {
    const features = await findValue(att, Type.clientSupportedFeatures);
    const change = (): void => iut.registerServices(new Service(0xffee));
    const request = readMultipleVariable(short.handle, readOnly.handle);
    const values = '21 0500 0102030405 0200 aa55';
    // 1. The upper tester changes the database.
    change();
    // 2. and 3. The tester, which has not asked for robust caching, reads several values and gets them.
    await att.exchange(request, values);
    // 4. It asks for robust caching.
    await att.exchange(write(features, '01'), writeResponse);
    // 5. The database changes again.
    change();
    // 6. The tester reads, and is told that it is out of sync.
    await att.exchange(request, error(Request.readMultipleVariable, short.handle, Code.databaseOutOfSync));
    // 7. There is one bearer, so that nothing else has to be read.
    // 8. It reads again, and gets the values.
    await att.exchange(request, values);
  },
);

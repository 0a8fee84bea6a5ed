import { Service } from 'jelling';
import {
  Code,
  confirmation,
  error,
  Request,
  read,
  readByType,
  readResponse,
  Type,
  write,
  writeResponse,
} from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { u16 } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';
import { findValue } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAS/BV-06-C',
  {
    file: 'src/gatt/server/change-awareness.ts',
    from: 'return state.indicated && input.bearers === 1 ? aware : state;',
    to: 'return input.bearers === 0 ? aware : state;',
  },
  async ({ att, iut }, { short }) => {
    const features = await findValue(att, Type.clientSupportedFeatures);
    const serviceChanged = await findValue(att, Type.serviceChanged);
    const change = (): void => iut.registerServices(new Service(0xffee));
    const readValue = (): Promise<string> => att.exchange(read(short.handle), readResponse(SHORT_VALUE));
    // 1. The tester asks for robust caching.
    await att.exchange(write(features, '01'), writeResponse);
    // 2. The upper tester changes the database.
    change();
    // 3. The tester reads the hash by its type over all handles.
    att.send(readByType(0x0001, 0xffff, Type.databaseHash));
    await att.expect('0912 *');
    // 4. It reads another value, and gets it.
    await readValue();
    // 5. It asks to be told of changes.
    await att.exchange(write(serviceChanged + 1, '0200'), writeResponse);
    // 6. The database changes, and the tester is told.
    change();
    await att.expect(`1d${u16(serviceChanged)} ........`);
    // 7. It confirms, reads another value and gets it.
    att.send(confirmation);
    await readValue();
    // 8. The database changes, and the tester is told.
    change();
    await att.expect(`1d${u16(serviceChanged)} ........`);
    // 9. It reads without a confirmation, and is told that it is out of sync.
    await att.exchange(read(short.handle), error(Request.read, short.handle, Code.databaseOutOfSync));
  },
);

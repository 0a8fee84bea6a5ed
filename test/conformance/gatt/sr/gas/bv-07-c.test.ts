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
import { bondedServerCase } from '../../../harness/bonded.ts';
import { u16 } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';
import { findValue } from '../../../harness/steps.ts';

bondedServerCase(
  'GATT/SR/GAS/BV-07-C',
  {
    file: 'src/gatt/server/client-state.ts',
    from: "copy.#awareness = this.#awareness.kind === 'aware' ? aware : unaware;",
    to: 'copy.#awareness = aware;',
  },
  async ({ att, iut }, { short }, comeBack) => {
    const features = await findValue(att, Type.clientSupportedFeatures);
    const serviceChanged = await findValue(att, Type.serviceChanged);
    const change = (): void => iut.registerServices(new Service(0xffee));
    const readValue = (): Promise<string> => att.exchange(read(short.handle), readResponse(SHORT_VALUE));
    const readOutOfSync = (): Promise<string> =>
      att.exchange(read(short.handle), error(Request.read, short.handle, Code.databaseOutOfSync));
    // Preamble: the tester asks for robust caching.
    await att.exchange(write(features, '01'), writeResponse);
    // 1. The upper tester changes the services while the tester is away.
    await comeBack(change);
    // 2. The tester reads the hash by its type over all handles.
    att.send(readByType(0x0001, 0xffff, Type.databaseHash));
    await att.expect('0912 *');
    // 3. It reads another value, and gets it.
    await readValue();
    // 4. It asks to be told of changes, and ends the link.
    await att.exchange(write(serviceChanged + 1, '0200'), writeResponse);
    // 5. The services change while it is away, and it is told when it comes back.
    await comeBack(change);
    await att.expect(`1d${u16(serviceChanged)} ........`);
    // 6. It confirms, reads another value and gets it.
    att.send(confirmation);
    await readValue();
    // 7. It ends the link and makes another, and clears the bit of robust caching, which is refused.
    await comeBack();
    await att.exchange(write(features, '00'), error(Request.write, features, Code.valueNotAllowed));
    // 8. It asks to be told no more, and goes; the services change, and it is told that it is out of sync.
    await att.exchange(write(serviceChanged + 1, '0000'), writeResponse);
    await comeBack(change);
    await readOutOfSync();
    // 9. It ends the link and makes another, and is told so again.
    await comeBack();
    await readOutOfSync();
  },
);

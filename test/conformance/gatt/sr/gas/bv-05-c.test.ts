import { Service } from 'jelling';
import { expect } from 'vitest';
import {
  Code,
  error,
  Request,
  read,
  readByType,
  readResponse,
  Type,
  write,
  writeCommand,
  writeResponse,
} from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';
import { findValue } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAS/BV-05-C',
  {
    file: 'src/gatt/server/database-synchronisation.ts',
    from: 'return declares || isWhole ? undefined : startingHandle;',
    to: 'return declares || !isWhole ? undefined : startingHandle;',
  },
  async ({ att, iut }, { short, command }) => {
    const features = await findValue(att, Type.clientSupportedFeatures);
    const hash = await findValue(att, Type.databaseHash);
    const change = (): void => iut.registerServices(new Service(0xffee));
    const outOfSync = (handle: number): string => error(Request.read, handle, Code.databaseOutOfSync);
    // 1. The upper tester changes the database.
    change();
    // 2. The tester, which has not asked for robust caching, reads a value and gets it.
    await att.exchange(read(short.handle), readResponse(SHORT_VALUE));
    // 3. It asks for robust caching.
    await att.exchange(write(features, '01'), writeResponse);
    // 4. The database changes again.
    change();
    // 5. The tester reads, and is told that it is out of sync.
    await att.exchange(read(short.handle), outOfSync(short.handle));
    // 6. It reads again, and is told no more.
    await att.exchange(read(short.handle), readResponse(SHORT_VALUE));
    // 7. The upper tester reads the value that can be written without an answer.
    expect(hex(command.read())).toBe('00');
    // 8. The database changes, and the tester is told again.
    change();
    await att.exchange(read(short.handle), outOfSync(short.handle));
    // 9. It writes without asking for an answer, which is ignored.
    att.send(writeCommand(command.handle, '77'));
    await att.silent();
    // 10. The value is what it was.
    expect(hex(command.read())).toBe('00');
    // 11. The tester clears the bit of robust caching, which is refused.
    await att.exchange(write(features, '00'), error(Request.write, features, Code.valueNotAllowed));
    // 12. It is still set.
    await att.exchange(read(features), readResponse('01'));
    // 13. The database changes.
    change();
    // 14. The tester reads the hash by its handle, which may be another's: it is told.
    await att.exchange(read(hash), outOfSync(hash));
    // 15. The database changes.
    change();
    // 16. It reads by a type that declares nothing, and not over all handles: it is told.
    const [start, end] = [short.handle, short.handle + 1];
    att.send(readByType(start, end, 0xb001));
    await att.expect(error(Request.readByType, start, Code.databaseOutOfSync));
  },
);

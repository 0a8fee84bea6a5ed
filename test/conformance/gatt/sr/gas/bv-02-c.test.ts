import { Service } from 'jelling';
import { readByType, Type } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hashOf } from '../../../harness/hash.ts';
import { u16 } from '../../../harness/pdu.ts';
import { findValue } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAS/BV-02-C',
  {
    file: 'src/gatt/server/gatt-server.ts',
    from: 'this.#databaseHash ??= databaseHash(this.#database);',
    to: 'this.#databaseHash ??= databaseHash(this.#database).reverse();',
  },
  async ({ att, iut }) => {
    const handle = await findValue(att, Type.databaseHash);
    const verify = async (): Promise<void> => {
      // 1. The tester discovers all that the server has, and computes the hash.
      const hash = await hashOf(att);
      // 2. It reads the hash by its type, which must be that.
      att.send(readByType(0x0001, 0xffff, Type.databaseHash));
      await att.expect(`0912${u16(handle)}${hash}`);
    };
    await verify();
    // 3. The upper tester changes the database: a service comes.
    const added = new Service(0xffee);
    iut.registerServices(added);
    await verify();
    // 4. The same when it goes.
    iut.unregisterServices(added);
    await verify();
  },
);

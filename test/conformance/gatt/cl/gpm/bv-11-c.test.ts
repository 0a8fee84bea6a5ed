import { expect } from 'vitest';
import {
  Code,
  error,
  Request,
  read,
  readByType,
  readResponse,
  write,
  writeResponse,
} from '../../../harness/att.ts';
import { Bench } from '../../../harness/bench.ts';
import { HASH, REGISTRATION_MS } from '../../../harness/caching.ts';
import { conformance } from '../../../harness/case.ts';
import { expectRefused } from '../../../harness/client.ts';
import { acceptBearers } from '../../../harness/eatt.ts';
import { encryptLink } from '../../../harness/encrypted.ts';
import { hex } from '../../../harness/pdu.ts';
import { PeerDatabase } from '../../../harness/peer-database.ts';

conformance(
  'GATT/CL/GPM/BV-11-C',
  {
    file: 'src/gatt/client/gatt-client.ts',
    from: 'if (wanted === GattUuid.databaseHash) await requests.settled(what, deadline.step());',
    to: 'deadline.step();',
  },
  async () => {
    await using bench = await Bench.central({ enhancedBearers: true });
    const { att } = bench;
    // Preamble: the tester has robust caching and no Service Changed. The client has discovered it and turned robust caching on.
    const database = new PeerDatabase([
      {
        uuid: 0x1801,
        characteristics: [
          { uuid: 0x2b29, properties: 0x0a, value: '00' },
          { uuid: 0x2b2a, value: HASH },
        ],
      },
      { uuid: 0xffb0, characteristics: [{ uuid: 0xb000 }, { uuid: 0xb001 }] },
    ]);
    att.responder = database.answer;
    const find = async (uuid: number) =>
      bench.run((await bench.run(bench.connection.service(0xffb0))).characteristic(uuid));
    await bench.run(bench.connection.discover());
    const [one, other] = [await find(0xb000), await find(0xb001)];
    await bench.clock.advance(REGISTRATION_MS);
    await att.expect(`${write(0x0003, '')} 07`);
    att.send(writeResponse);
    // The link is encrypted, an Enhanced bearer is open, and both bearers are used because their MTU is the same.
    await encryptLink(bench);
    const [enhanced] = await acceptBearers(bench);
    att.responder = undefined;
    await bench.exchangeMtu('iut', 100);
    // 1. The tester's services have changed. The upper tester reads a value by each bearer.
    const first = one.read();
    await att.expect(read(one.handle));
    const second = other.read();
    await enhanced.expect(read(other.handle));
    // 2. The tester answers by the unenhanced bearer that the client is out of date, and the upper tester learns it.
    att.send(error(Request.read, one.handle, Code.databaseOutOfSync));
    await expectRefused(bench, first, Code.databaseOutOfSync, one.handle);
    // 3. The upper tester reads the Database Hash. As long as the other request has not been answered, the client does not ask for it.
    const hash = bench.connection.readByUuid(0x2b2a);
    await att.silent();
    await enhanced.silent(0);
    // 4. The tester answers that too, the same, and then the client asks.
    enhanced.send(error(Request.read, other.handle, Code.databaseOutOfSync));
    await expectRefused(bench, second, Code.databaseOutOfSync, other.handle);
    await att.expect(readByType(0x0001, 0xffff, 0x2b2a));
    att.responder = database.answer;
    att.send(`0912 0500 ${HASH}`);
    expect((await bench.run(hash)).map(({ value }) => hex(value))).toEqual([HASH]);
    // 5. The upper tester reads a value, of what it has discovered anew, and gets it.
    const again = await find(0xb000);
    att.responder = undefined;
    const value = again.read();
    await att.expect(read(again.handle));
    att.send(readResponse('77'));
    expect(hex(await bench.run(value))).toBe('77');
    await bench.verdict();
  },
);

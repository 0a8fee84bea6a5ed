import { expect } from 'vitest';
import { readByType } from '../../../harness/att.ts';
import { cachingCase, changeable, HASH } from '../../../harness/caching.ts';

cachingCase(
  'GATT/CL/GAS/BV-02-C',
  {
    file: 'src/gatt/client/database-hash.ts',
    from: 'startingHandle: FIRST_HANDLE, endingHandle: LAST_HANDLE',
    to: 'startingHandle: FIRST_HANDLE, endingHandle: LAST_HANDLE - 1',
  },
  async (bench) => {
    const askHash = readByType(0x0001, 0xffff, 0x2b2a);
    const database = changeable(HASH);
    bench.att.responder = database.answer;
    // 1. The upper tester looks for services, and before anything else the client reads the Database Hash by its UUID over all handles.
    const found = await bench.run(bench.connection.services());
    expect(database.requests[0]).toBe(askHash);
    // 2. On the next link it reads it again and finds it to be the same, so that it asks for nothing else.
    await bench.reconnectToTester();
    database.requests.length = 0;
    const known = await bench.run(bench.connection.services());
    expect(known.map(({ uuid }) => uuid)).toEqual(found.map(({ uuid }) => uuid));
    expect(database.requests).toEqual([askHash]);
    // 3. On a third link it is another, and the client discovers the services anew.
    await bench.reconnectToTester();
    const changed = changeable(`${HASH.slice(2)}00`, []);
    bench.att.responder = changed.answer;
    expect((await bench.run(bench.connection.services())).map(({ uuid }) => uuid)).toEqual(['1801']);
    expect(changed.requests[0]).toBe(askHash);
  },
);

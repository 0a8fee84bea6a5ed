import { expect } from 'vitest';
import { notification, read, readResponse, write, writeResponse } from '../../../harness/att.ts';
import { enhancedServerCase } from '../../../harness/eatt.ts';
import { bytes } from '../../../harness/pdu.ts';

enhancedServerCase(
  'GATT/SR/GPM/BV-05-C',
  {
    file: 'src/gatt/server/gatt-server.ts',
    from: 'const session = this.#sessions.get(link.connection) ?? this.#open(link);',
    to: 'const session = this.#open(link);',
  },
  async (bench, [one, two], { sending }) => {
    const configuration = sending.handle + 1;
    // 1. The tester configures notifications by the unenhanced bearer. Whatever bearer it asks by, they are configured.
    await bench.att.exchange(write(configuration, '0100'), writeResponse);
    for (const way of [bench.att, one, two]) await way.exchange(read(configuration), readResponse('0100'));
    // 2. The upper tester notifies, and one notification comes.
    await bench.run(sending.notify(bench.connection, { value: bytes('77') }));
    await one.expect(notification(sending.handle, '77'));
    for (const way of [bench.att, one, two]) await way.silent(0);
    // 3. The tester takes it back by an Enhanced bearer, and so it is for all.
    await two.exchange(write(configuration, '0000'), writeResponse);
    for (const way of [bench.att, one, two]) await way.exchange(read(configuration), readResponse('0000'));
    await expect(bench.run(sending.notify(bench.connection))).rejects.toThrow('has not subscribed');
  },
);

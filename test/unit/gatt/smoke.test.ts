import { expect, it } from 'vitest';
import { Characteristic } from '../../../src/gatt/characteristic.ts';
import { Service } from '../../../src/gatt/service.ts';
import { connectPair, ManualClock, newServer } from './gatt-pair.ts';

it('works', async () => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const environment = new Service(0x181a);
  const temperature = new Characteristic(environment, 0x2a6e, {
    read: true,
    notify: true,
    indicate: true,
    write: true,
  });
  server.register(environment);
  const { client, connection } = connectPair(clock, server);
  const service = await clock.run(client.service(0x181a));
  const remote = await clock.run(service.characteristic(0x2a6e));
  temperature.write('21.5');
  expect(Buffer.from(await clock.run(remote.read())).toString()).toBe('21.5');
  await clock.run(remote.write(new Uint8Array(300).fill(7)));
  expect(temperature.read().length).toBe(300);
  expect((await clock.run(remote.read())).length).toBe(300);
  await clock.run(remote.subscribe({ notify: true }));
  await clock.run(temperature.subscribed(connection));
  await temperature.notify(connection, { value: 'hey' });
  expect(Buffer.from(await clock.run(remote.notified())).toString()).toBe('hey');
  expect((await clock.run(client.services())).map((s) => s.uuid)).toEqual(['1800', '1801', '181a']);
});

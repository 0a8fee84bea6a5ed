import { expect, it } from 'vitest';
import { DisconnectedError } from '../../../src/core/errors.ts';
import { Characteristic } from '../../../src/gatt/server/characteristic.ts';
import { Service } from '../../../src/gatt/server/service.ts';
import { connectPair, ManualClock, newServer, type TestConnection, turn } from '../../support/gatt-pair.ts';

// What a user's callback does to the link or the database it is called from (A15).

const fixture = (act: (connection: TestConnection, undo: () => void) => void) => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x181a);
  const run = (): void => act(pair.connection, () => server.unregister(service));
  new Characteristic(service, 0x2a6e, {
    read: true,
    write: true,
    notify: true,
    onRead: () => {
      run();
      return 'x';
    },
    onWrite: run,
    onSubscribe: run,
  });
  server.register(service);
  const pair = connectPair(clock, server);
  return { clock, ...pair };
};

it.each(['read', 'write', 'subscribe'] as const)(
  'a link may end inside a callback of %s',
  async (operation) => {
    const { clock, client } = fixture((connection) => connection.disconnect());
    const service = await clock.run(client.service(0x181a));
    const characteristic = await clock.run(service.characteristic(0x2a6e));
    const calls: Record<string, () => Promise<unknown>> = {
      read: () => characteristic.read(),
      write: () => characteristic.write('x'),
      subscribe: () => characteristic.subscribe(),
    };
    const outcome = await clock.run(
      (calls[operation]?.() ?? Promise.resolve()).catch((error: unknown) => error),
    );
    if (operation !== 'subscribe') expect(outcome).toBeInstanceOf(DisconnectedError);
    await expect(characteristic.read()).rejects.toThrow(DisconnectedError);
  },
);

it.each(['read', 'write', 'subscribe'] as const)(
  'a service may go inside a callback of %s',
  async (operation) => {
    let gone = false;
    const { clock, client } = fixture((_connection, undo) => {
      if (!gone) undo();
      gone = true;
    });
    const service = await clock.run(client.service(0x181a));
    const characteristic = await clock.run(service.characteristic(0x2a6e));
    const calls: Record<string, () => Promise<unknown>> = {
      read: () => characteristic.read(),
      write: () => characteristic.write('x'),
      subscribe: () => characteristic.subscribe(),
    };
    await clock.run(calls[operation]?.() ?? Promise.resolve());
    await turn();
    await expect(clock.run(characteristic.read())).rejects.toMatchObject({ status: 0x01 });
  },
);

import { describe, expect, it } from 'vitest';
import { InvalidStateError } from '../../../../src/core/errors.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { gattLink } from '../../../../src/gatt/server/connection-ref.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import {
  bytes,
  ManualClock,
  newServer,
  RawClient,
  type TestConnection,
  turn,
} from '../../../support/gatt-pair.ts';

/** Client Supported Features, Database Hash, and the configuration of Service Changed. */
const FEATURES = '2500';
const HASH = '2700';
const SERVICE_CHANGED = '2300';

/** The value stands at 0032, its configuration at 0033. Each `change` adds a service somewhere behind. */
const fixture = async (features = '01') => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x1234);
  const characteristic = new Characteristic<TestConnection>(service, 0xaa00, {
    read: true,
    write: true,
    writeNoResponse: true,
    notify: true,
    indicate: true,
    initial: bytes(7),
  });
  server.register(service);
  const client = new RawClient(clock, server);
  if (features !== '') expect(await client.ask(`12 ${FEATURES} ${features}`)).toEqual(['13']);
  const change = (): Service => {
    const added = new Service(0x4321);
    server.register(added);
    return added;
  };
  return { clock, server, service, characteristic, client, change };
};

describe('Client Supported Features', () => {
  it('are nothing at first, and each client has its own', async () => {
    const { clock, server, client } = await fixture('');
    expect(await client.ask(`0a ${FEATURES}`)).toEqual(['0b00']);
    expect(await client.ask(`12 ${FEATURES} 05`)).toEqual(['13']);
    expect(await client.ask(`0a ${FEATURES}`)).toEqual(['0b05']);
    expect(await new RawClient(clock, server).ask(`0a ${FEATURES}`)).toEqual(['0b00']);
  });

  it('keep what is defined, of a value of any length', async () => {
    const { client } = await fixture('');
    expect(await client.ask(`12 ${FEATURES} f9ff00`)).toEqual(['13']);
    expect(await client.ask(`0a ${FEATURES}`)).toEqual(['0b01']);
    expect(await client.ask(`12 ${FEATURES} ff`)).toEqual(['13']);
    expect(await client.ask(`0a ${FEATURES}`)).toEqual(['0b07']);
  });

  it('cannot be cleared (Vol 3, Part G, 7.2)', async () => {
    const { client } = await fixture('05');
    const refused = [`0112${FEATURES}13`];
    for (const value of ['04', '01', '00', '']) {
      expect(await client.ask(`12 ${FEATURES} ${value}`)).toEqual(refused);
    }
    await client.ask(`16 ${FEATURES} 0000 00`);
    expect(await client.ask('18 01')).toEqual([`0118${FEATURES}13`]);
    expect(await client.ask(`12 ${FEATURES} 0500`)).toEqual(['13']);
    expect(await client.ask(`12 ${FEATURES} 07`)).toEqual(['13']);
    expect(await client.ask(`0a ${FEATURES}`)).toEqual(['0b07']);
  });

  it('are written by requests alone', async () => {
    const { client } = await fixture('');
    await client.ask(`52 ${FEATURES} 01`);
    expect(await client.ask(`0a ${FEATURES}`)).toEqual(['0b00']);
  });
});

describe('Server Supported Features', () => {
  it('tell of Enhanced bearers where there are any', async () => {
    const clock = new ManualClock();
    const read = '08 0100 ffff 3a2b';
    expect(await new RawClient(clock, newServer(clock)).ask(read)).toEqual(['0903290000']);
    const enhanced = newServer(clock, { enhancedBearers: true });
    expect(await new RawClient(clock, enhanced).ask(read)).toEqual(['0903290001']);
  });
});

describe('a change of the database, for a client that supports robust caching', () => {
  it.each([
    ['0a 3200', '010a320012'],
    ['0c 3200 0000', '010c320012'],
    ['0e 3200 0300', '010e320012'],
    ['20 0300 3200', '0120030012'],
    ['12 3200 08', '0112320012'],
    ['16 3200 0000 08', '0116320012'],
    ['08 0100 feff 00aa', '0108010012'],
    ['08 0200 ffff 00aa', '0108020012'],
    [`0a ${HASH}`, `010a${HASH}12`],
    ['0a ff0f', '010aff0f12'],
  ])('%s is refused once', async (request, refusal) => {
    const { client, change, characteristic } = await fixture();
    change();
    expect(await client.ask(request)).toEqual([refusal]);
    expect(characteristic.read()).toEqual(bytes(7));
    expect((await client.ask(request))[0]).not.toMatch(/12$/);
    change();
    expect(await client.ask(request)).toEqual([refusal]);
  });

  it.each([
    ['04 3100 ffff', '05'],
    ['06 0100 ffff 0028 3412', '07'],
    ['10 0100 ffff 0028', '11'],
    ['08 3000 3300 0328', '09'],
    ['08 3000 3300 0228', '0108'],
    ['08 0100 ffff 00aa', '09'],
    ['18 01', '19'],
    ['02 1700', '03'],
  ])('%s is answered, for it looks for what there is', async (request, answer) => {
    const { client, change } = await fixture();
    change();
    for (let i = 0; i < 2; i++) {
      expect((await client.ask(request))[0]?.slice(0, answer.length)).toBe(answer);
    }
    expect(await client.ask('0a 3200')).toEqual(['010a320012']);
  });

  it('is known to it when it has read the hash and asks again', async () => {
    const { client, change } = await fixture();
    change();
    expect((await client.ask('08 0100 ffff 2a2b'))[0]).toMatch(/^0912/);
    expect(await client.ask('0a 3200')).toEqual(['0b07']);
  });

  it('has its commands ignored until it knows', async () => {
    const { client, change, characteristic, server } = await fixture();
    change();
    await client.ask('52 3200 01');
    await client.ask('0a 3200');
    await client.ask('52 3200 02');
    expect(server.counters.commandsDropped).toBe(2);
    expect(characteristic.read()).toEqual(bytes(7));
    await client.ask('0a 3200');
    await client.ask('52 3200 03');
    expect(characteristic.read()).toEqual(bytes(3));
  });

  it('holds values back until it knows, forced ones too, and those to all from it alone', async () => {
    const { clock, server, client, change, characteristic } = await fixture();
    const other = new RawClient(clock, server);
    for (const each of [client, other]) await each.ask('12 3300 0300');
    change();
    await expect(characteristic.notify(client.connection)).rejects.toThrow(
      /the tester does not know of a change of the services yet/,
    );
    await expect(characteristic.notify(client.connection, { force: true })).rejects.toThrow(
      InvalidStateError,
    );
    await expect(characteristic.indicate(client.connection)).rejects.toThrow(InvalidStateError);
    await characteristic.notify();
    characteristic.write(bytes(8), { sendUpdate: true });
    await turn();
    expect(client.channel.takeSent()).toEqual([]);
    expect(other.channel.takeSent()).toEqual(['1b320007', '1b320008']);
    await client.ask('08 0100 ffff 2a2b');
    await client.ask('04 0100 0100');
    await characteristic.notify(client.connection);
    expect(client.channel.takeSent()).toEqual(['1b320008']);
  });

  it('is told by Service Changed, and known when that is confirmed', async () => {
    const { client, change } = await fixture();
    await client.ask(`12 ${SERVICE_CHANGED} 0200`);
    change();
    await turn();
    expect(client.channel.takeSent()).toEqual(['1d220034003400']);
    expect(await client.ask('0a 3200')).toEqual(['010a320012']);
    change();
    await turn();
    expect(client.channel.takeSent()).toEqual([]);
    expect(await client.ask('1e')).toEqual(['1d220035003500']);
    expect(await client.ask('0a 3200')).toEqual(['010a320012']);
    change();
    expect(await client.ask('1e')).toEqual(['1d220036003600']);
    await client.ask('1e');
    expect(await client.ask('0a 3200')).toEqual(['0b07']);
  });

  it('on a client of two bearers is told on each, and known by the hash alone', async () => {
    const { clock, server, client, change } = await fixture();
    const second = new RawClient(clock, server);
    second.bearer.server = server.attach(client.connection[gattLink], second.bearer);
    await client.ask(`12 ${SERVICE_CHANGED} 0200`);
    change();
    await turn();
    client.channel.takeSent();
    await client.ask('1e');
    expect(await client.ask('0a 3200')).toEqual(['010a320012']);
    expect(await client.ask('0a 3200')).toEqual(['0b07']);
    expect(await second.ask('0a 3200')).toEqual(['010a320012']);
    expect(await second.ask('0a 3200')).toEqual(['0b07']);
    await client.ask('52 3200 01');
    expect(await client.ask('0a 3200')).toEqual(['0b07']);
    expect((await second.ask(`0a ${HASH}`))[0]).toMatch(/^0b/);
    await client.ask('52 3200 01');
    expect(await client.ask('0a 3200')).toEqual(['0b07']);
    await client.ask('52 3200 01');
    expect(await client.ask('0a 3200')).toEqual(['0b01']);
    change();
    second.connection.disconnect();
    await turn();
    client.channel.takeSent();
    expect(await client.ask('0a 3200')).toEqual(['010a320012']);
    expect(await client.ask('0a 3200')).toEqual(['0b01']);
    await client.ask('52 3200 02');
    expect(await client.ask('0a 3200')).toEqual(['0b02']);
  });

  it('does not reach a client that has connected since, or has no bond and comes again', async () => {
    const { clock, server, client, change } = await fixture();
    change();
    client.connection.disconnect();
    const again = new RawClient(clock, server);
    expect(await again.ask(`0a ${FEATURES}`)).toEqual(['0b00']);
    await again.ask(`12 ${FEATURES} 01`);
    expect(await again.ask('0a 3200')).toEqual(['0b07']);
  });
});

describe('a change of the database, for any other client', () => {
  it('refuses it nothing and holds nothing back', async () => {
    const { client, change, characteristic } = await fixture('04');
    await client.ask('12 3300 0100');
    change();
    expect(await client.ask('0a 3200')).toEqual(['0b07']);
    await client.ask('52 3200 08');
    expect(characteristic.read()).toEqual(bytes(8));
    await characteristic.notify(client.connection);
    expect(client.channel.takeSent()).toEqual(['1b320008']);
  });

  it('refuses it what it relies on once it asks for that', async () => {
    const { client, change } = await fixture('');
    change();
    expect(await client.ask(`12 ${FEATURES} 01`)).toEqual(['13']);
    expect(await client.ask('0a 3200')).toEqual(['010a320012']);
    expect(await client.ask('0a 3200')).toEqual(['0b07']);
  });

  it('clears a queue that was prepared for what has gone (Vol 3, Part F, 3.4.6.3)', async () => {
    const { server, service, client, characteristic } = await fixture('');
    expect(await client.ask('16 3200 0000 09')).toEqual(['1732000000 09'.replace(' ', '')]);
    server.unregister(service);
    expect(await client.ask('18 01')).toEqual(['0118320012']);
    expect(await client.ask('18 01')).toEqual(['19']);
    server.register(service);
    expect(characteristic.read()).toEqual(bytes(7));
  });
});

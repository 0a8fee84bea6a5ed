import { describe, expect, it } from 'vitest';
import {
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  TimeoutError,
} from '../../../../src/core/errors.ts';
import {
  Characteristic,
  type CharacteristicOptions,
  type Subscription,
} from '../../../../src/gatt/server/characteristic.ts';
import type { ConnectionRef } from '../../../../src/gatt/server/connection-ref.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { bytes, ManualClock, newServer, RawClient, turn } from '../../../support/gatt-pair.ts';

/** The value stands at 0032, its configuration at 0033. */
const fixture = (options: CharacteristicOptions<ConnectionRef, false> = { notify: true, indicate: true }) => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x1234);
  const characteristic = new Characteristic(service, 0xaa00, options);
  server.register(service);
  return { clock, server, service, characteristic, client: new RawClient(clock, server) };
};

describe('the client characteristic configuration', () => {
  it('is there by itself, and each client has its own', async () => {
    const { clock, server, client } = fixture();
    const other = new RawClient(clock, server);
    expect(await client.ask('04 3300 3300')).toEqual(['050133000229']);
    expect(await client.ask('0a 3300')).toEqual(['0b0000']);
    expect(await client.ask('12 3300 0300')).toEqual(['13']);
    expect(await client.ask('0a 3300')).toEqual(['0b0300']);
    expect(await other.ask('0a 3300')).toEqual(['0b0000']);
  });

  it('is not there where nothing is sent', async () => {
    expect(await fixture({ read: true }).client.ask('04 3300 3300')).toEqual(['010433000a']);
  });

  it('takes two octets, what the characteristic can do, and ignores reserved bits', async () => {
    const { client } = fixture({ notify: true });
    expect(await client.ask('12 3300 01')).toEqual(['011233000d']);
    expect(await client.ask('12 3300 010000')).toEqual(['011233000d']);
    expect(await client.ask('12 3300 0200')).toEqual(['0112330013']);
    expect(await client.ask('12 3300 fd80')).toEqual(['13']);
    expect(await client.ask('0a 3300')).toEqual(['0b0100']);
  });

  it('can be written by a queued write, and not by a command', async () => {
    const { client } = fixture();
    await client.ask('52 3300 0100');
    expect(await client.ask('0a 3300')).toEqual(['0b0000']);
    await client.ask('16 3300 0000 0100');
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(await client.ask('0a 3300')).toEqual(['0b0100']);
  });

  it('is gone with the link, but kept for a client that is bonded (A14)', async () => {
    const { clock, server, characteristic, client } = fixture();
    await client.ask('12 3300 0100');
    client.connection.disconnect();
    const stranger = new RawClient(clock, server);
    expect(await stranger.ask('0a 3300')).toEqual(['0b0000']);
    const friend = new RawClient(clock, server, 'friend');
    await friend.ask('12 3300 0200');
    server.keepClient(friend.connection, 'friend');
    friend.connection.disconnect();
    const again = new RawClient(clock, server, 'friend');
    expect(characteristic.subscription(again.connection)).toEqual({ notify: false, indicate: true });
    again.connection.disconnect();
    server.forgetClient('friend');
    expect(await new RawClient(clock, server, 'friend').ask('0a 3300')).toEqual(['0b0000']);
  });

  it('goes over to the identity of a client that bonds', async () => {
    const { clock, server, client } = fixture();
    await client.ask('12 3300 0100');
    server.keepClient(client.connection, 'friend');
    client.connection.disconnect();
    expect(await new RawClient(clock, server, 'friend').ask('0a 3300')).toEqual(['0b0100']);
  });

  it('tells onSubscribe when it changes', async () => {
    const told: [ConnectionRef, Subscription][] = [];
    const { client } = fixture({
      notify: true,
      indicate: true,
      onSubscribe: (connection, subscription) => {
        told.push([connection, subscription]);
        throw new Error('a bug in the handler');
      },
    });
    await client.ask('12 3300 0100');
    await client.ask('12 3300 0100');
    await client.ask('12 3300 0000');
    expect(told).toEqual([
      [client.connection, { notify: true, indicate: false }],
      [client.connection, { notify: false, indicate: false }],
    ]);
  });
});

describe('subscribed()', () => {
  it('resolves when the client has written its configuration, at once if it has', async () => {
    const { clock, characteristic, client } = fixture();
    const waiting = characteristic.subscribed(client.connection);
    await client.ask('12 3300 0000');
    await client.ask('12 3300 0200');
    expect(await clock.run(waiting)).toEqual({ notify: false, indicate: true });
    expect(await clock.run(characteristic.subscribed(client.connection))).toEqual({
      notify: false,
      indicate: true,
    });
  });

  it('gives up at its deadline, at an abort, and when the link ends', async () => {
    const { clock, characteristic, client } = fixture();
    await expect(clock.run(characteristic.subscribed(client.connection, { timeoutMs: 100 }))).rejects.toThrow(
      /timed out after 100 ms while waiting for the tester to subscribe to characteristic aa00 of service 1234/,
    );
    const abort = new AbortController();
    const aborted = characteristic.subscribed(client.connection, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    const cut = characteristic.subscribed(client.connection);
    client.connection.disconnect();
    await expect(cut).rejects.toThrow(DisconnectedError);
    await expect(characteristic.subscribed(client.connection)).rejects.toThrow(DisconnectedError);
  });

  it('has nothing to wait for where nothing is sent', async () => {
    const { characteristic, client } = fixture({ read: true });
    await expect(characteristic.subscribed(client.connection)).rejects.toThrow(InvalidStateError);
  });
});

describe('notify()', () => {
  it('sends the local value, or another that leaves it alone (GATT/SR/GAN/BV-01-C)', async () => {
    const { characteristic, client } = fixture();
    await client.ask('12 3300 0100');
    characteristic.write(bytes(1));
    await characteristic.notify(client.connection);
    await characteristic.notify(client.connection, { value: bytes(2) });
    expect(client.channel.takeSent()).toEqual(['1b320001', '1b320002']);
    expect(characteristic.read()).toEqual(bytes(1));
  });

  it('goes only to who has subscribed, unless it is forced', async () => {
    const { characteristic, client } = fixture();
    await client.ask('12 3300 0200');
    await expect(characteristic.notify(client.connection)).rejects.toThrow(
      /the tester has not subscribed to notifications of characteristic aa00/,
    );
    await characteristic.notify(client.connection, { force: true });
    expect(client.channel.takeSent()).toEqual(['1b3200']);
  });

  it('goes to all that have subscribed, whatever becomes of one of them', async () => {
    const { clock, server, characteristic, client } = fixture();
    const second = new RawClient(clock, server);
    const third = new RawClient(clock, server);
    await client.ask('12 3300 0100');
    await second.ask('12 3300 0100');
    second.channel.stall();
    const sending = characteristic.notify(undefined, { value: bytes(5) });
    await turn();
    expect([client, second, third].map((each) => each.channel.takeSent())).toEqual([['1b320005'], [], []]);
    second.connection.disconnect();
    await sending;
  });

  it('resolves when there is room', async () => {
    const { characteristic, client } = fixture();
    await client.ask('12 3300 0100');
    client.channel.stall();
    let sent = false;
    const sending = characteristic.notify(client.connection).then(() => {
      sent = true;
    });
    await turn();
    expect(sent).toBe(false);
    client.channel.resume();
    await sending;
  });

  it('cuts nothing: a value that does not fit is an error (aioble cuts it)', async () => {
    const { characteristic, client } = fixture();
    await client.ask('12 3300 0100');
    await characteristic.notify(client.connection, { value: new Uint8Array(20) });
    await expect(characteristic.notify(client.connection, { value: new Uint8Array(21) })).rejects.toThrow(
      InvalidArgumentError,
    );
    await expect(characteristic.notify(undefined, { value: new Uint8Array(21) })).rejects.toThrow(
      InvalidArgumentError,
    );
  });

  it('is an error on a characteristic that does not notify, and on a link that has ended', async () => {
    const { server, characteristic, client, service } = fixture({ indicate: true });
    await expect(characteristic.notify(client.connection, { force: true })).rejects.toThrow(
      InvalidStateError,
    );
    client.connection.disconnect();
    await expect(characteristic.indicate(client.connection)).rejects.toThrow(DisconnectedError);
    server.unregister(service);
    await expect(characteristic.indicate(client.connection)).rejects.toThrow(InvalidStateError);
  });

  it('knows the connections of its own adapter alone', async () => {
    const { clock, characteristic } = fixture();
    const foreign = new RawClient(clock, newServer(clock));
    await expect(characteristic.notify(foreign.connection)).rejects.toThrow(/another adapter/);
  });
});

describe('write() with sendUpdate', () => {
  it('sends to each client what it has subscribed to, notifications where it has both', async () => {
    const { clock, server, characteristic, client } = fixture();
    const second = new RawClient(clock, server);
    const third = new RawClient(clock, server);
    const fourth = new RawClient(clock, server);
    await client.ask('12 3300 0100');
    await second.ask('12 3300 0200');
    await third.ask('12 3300 0300');
    characteristic.write(bytes(7));
    characteristic.write(bytes(8), { sendUpdate: true });
    await turn();
    expect([client, second, third, fourth].map((each) => each.channel.takeSent())).toEqual([
      ['1b320008'],
      ['1d320008'],
      ['1b320008'],
      [],
    ]);
    await second.ask('1e');
  });

  it('throws nothing at the one who writes when a link ends', async () => {
    const { characteristic, client } = fixture();
    await client.ask('12 3300 0200');
    characteristic.write(bytes(8), { sendUpdate: true });
    client.connection.disconnect();
    await turn();
    expect(characteristic.read()).toEqual(bytes(8));
  });
});

describe('indicate()', () => {
  it('resolves on the confirmation (GATT/SR/GAI/BV-01-C)', async () => {
    const { characteristic, client } = fixture();
    await client.ask('12 3300 0200');
    let confirmed = false;
    const indicating = characteristic.indicate(client.connection, { value: bytes(1) }).then(() => {
      confirmed = true;
    });
    await turn();
    expect(client.channel.takeSent()).toEqual(['1d320001']);
    expect(confirmed).toBe(false);
    await client.ask('1e');
    await indicating;
  });

  it('goes to several clients at once (aioble has one at a time)', async () => {
    const { clock, server, characteristic, client } = fixture();
    const second = new RawClient(clock, server);
    await client.ask('12 3300 0200');
    await second.ask('12 3300 0200');
    const indicating = characteristic.indicate(undefined, { value: bytes(1) });
    await turn();
    expect(client.channel.takeSent()).toEqual(['1d320001']);
    expect(second.channel.takeSent()).toEqual(['1d320001']);
    await second.ask('1e');
    await client.ask('1e');
    await clock.run(indicating);
  });

  it('gives up after a second, and the next one waits for the confirmation all the same', async () => {
    const { clock, characteristic, client } = fixture();
    await client.ask('12 3300 0200');
    await expect(clock.run(characteristic.indicate(client.connection, { value: bytes(1) }))).rejects.toThrow(
      TimeoutError,
    );
    const second = characteristic.indicate(client.connection, { value: bytes(2), timeoutMs: 5_000 });
    await turn();
    expect(client.channel.takeSent()).toEqual(['1d320001']);
    expect(await client.ask('1e')).toEqual(['1d320002']);
    await client.ask('1e');
    await clock.run(second);
  });

  it('to one that has subscribed to notifications alone is an error', async () => {
    const { characteristic, client } = fixture();
    await client.ask('12 3300 0100');
    await expect(characteristic.indicate(client.connection)).rejects.toThrow(InvalidStateError);
  });
});

describe('Service Changed', () => {
  it('tells who asked which handles are new or gone, and only then (GATT/SR/GAS/BV-01-C)', async () => {
    const { clock, server, service, client } = fixture();
    expect(await client.ask('08 2000 2300 0328')).toEqual(['09072100202200052a']);
    expect(await client.ask('12 2300 0200')).toEqual(['13']);
    const other = new RawClient(clock, server);
    const added = new Service(0x4321);
    server.register(added);
    await turn();
    expect(client.channel.takeSent()).toEqual(['1d220034003400']);
    await client.ask('1e');
    server.unregister(service);
    await turn();
    expect(client.channel.takeSent()).toEqual(['1d220030003300']);
    await client.ask('1e');
    expect(other.channel.takeSent()).toEqual([]);
    expect(await client.ask('0a 3200')).toEqual(['010a320001']);
    expect(await client.ask('10 3000 ffff 0028')).toEqual(['1106340034002143']);
  });

  it('forgets what clients had configured at handles that are gone', async () => {
    const { clock, server, service, characteristic } = fixture();
    const friend = new RawClient(clock, server, 'friend');
    await friend.ask('12 3300 0100');
    server.unregister(service);
    server.register(service);
    expect(characteristic.configurationHandle).toBe(0x37);
    expect(await friend.ask('0a 3700')).toEqual(['0b0000']);
  });
});

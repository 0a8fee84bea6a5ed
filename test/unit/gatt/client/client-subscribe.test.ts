import { describe, expect, it } from 'vitest';
import {
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  NotFoundError,
  TimeoutError,
} from '../../../../src/core/errors.ts';
import type { RemoteCharacteristic } from '../../../../src/gatt/client/remote-characteristic.ts';
import { DEFAULT_DEPTH } from '../../../../src/gatt/client/value-feed.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import {
  bytes,
  connectPair,
  ManualClock,
  newServer,
  ScriptedServer,
  turn,
} from '../../../support/gatt-pair.ts';

const fixture = async (
  properties: { notify?: boolean; indicate?: boolean } = { notify: true, indicate: true },
) => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x181a);
  const local = new Characteristic(service, 0x2a6e, { read: true, ...properties });
  const twin = new Characteristic(service, 0x2a6e, { read: true, ...properties });
  server.register(service);
  const pair = connectPair(clock, server);
  const found = await clock.run(pair.client.service(0x181a));
  const [remote, remoteTwin] = await clock.run(found.characteristics());
  if (remote === undefined || remoteTwin === undefined) throw new Error('two are there');
  const send = async (...values: number[]): Promise<void> => {
    for (const value of values) await local.notify(pair.connection, { value: bytes(value), force: true });
    await turn();
  };
  return { clock, server, local, twin, remote, remoteTwin, send, ...pair };
};

describe('subscribe()', () => {
  it.each([
    [{}, { notify: true, indicate: false }],
    [{ notify: true }, { notify: true, indicate: false }],
    [{ indicate: true }, { notify: false, indicate: true }],
    [
      { notify: true, indicate: true },
      { notify: true, indicate: true },
    ],
  ])('with %o asks the peer for it (GATT/CL/GAN/BV-01-C, GAI/BV-01-C)', async (options, subscription) => {
    const { clock, local, connection, remote } = await fixture();
    await clock.run(remote.subscribe(options));
    expect(local.subscription(connection)).toEqual(subscription);
    await clock.run(remote.unsubscribe());
    expect(local.subscription(connection)).toEqual({ notify: false, indicate: false });
  });

  it('asks for indications by itself where there is nothing else', async () => {
    const { clock, local, connection, remote } = await fixture({ indicate: true });
    await clock.run(remote.subscribe());
    expect(local.subscription(connection).indicate).toBe(true);
  });

  it('is an error where the characteristic does not send so', async () => {
    const { remote } = await fixture({ notify: true });
    await expect(remote.subscribe({ indicate: true })).rejects.toThrow(
      /cannot be subscribed to for indications/,
    );
    await expect(remote.subscribe({ notify: false })).rejects.toThrow(InvalidArgumentError);
    await expect(remote.subscribe({ depth: 0 })).rejects.toThrow(InvalidArgumentError);
    await expect(remote.indicated()).rejects.toThrow(InvalidStateError);
    expect(() => remote.indications()).toThrow(InvalidStateError);
    const silent = await fixture({});
    await expect(silent.remote.subscribe()).rejects.toThrow(InvalidStateError);
  });

  it('is an error where there is no descriptor to write to', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, (pdu) => {
      if (pdu.startsWith('06')) return '07 0a00 0c00';
      return pdu === '080a000c000328' ? '0907 0b00 10 0c00 6e2a' : '01080c000a';
    });
    const service = await clock.run(server.client.service(0x181a));
    const characteristic = await clock.run(service.characteristic(0x2a6e));
    await expect(clock.run(characteristic.subscribe())).rejects.toThrow(NotFoundError);
  });

  it('loses nothing that comes before the answer, or before anybody reads', async () => {
    const { clock, remote, send } = await fixture();
    const subscribing = remote.subscribe();
    await turn();
    await send(1);
    await clock.run(subscribing);
    await send(2, 3);
    for (const expected of [1, 2, 3]) expect(await remote.notified()).toEqual(bytes(expected));
  });

  it('that fails keeps nothing', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, (pdu) => {
      if (pdu.startsWith('06')) return '07 0a00 0d00';
      if (pdu === '080a000d000328') return '0907 0b00 10 0c00 6e2a';
      if (pdu.startsWith('08')) return '01080c000a';
      return pdu.startsWith('04') ? '0501 0d00 0229' : '01120d0005';
    });
    const service = await clock.run(server.client.service(0x181a));
    const characteristic = await clock.run(service.characteristic(0x2a6e));
    await expect(clock.run(characteristic.subscribe())).rejects.toMatchObject({ status: 0x05 });
    server.send('1b 0c00 01');
    await expect(clock.run(characteristic.notified({ timeoutMs: 10 }))).rejects.toThrow(TimeoutError);
  });
});

describe('notified()', () => {
  it('gives values by handle: a twin of the same UUID hears nothing', async () => {
    const { clock, connection, twin, remote, remoteTwin } = await fixture();
    await clock.run(Promise.all([remote.subscribe(), remoteTwin.subscribe()]));
    await twin.notify(connection, { value: bytes(2) });
    expect(await clock.run(remoteTwin.notified())).toEqual(bytes(2));
    await expect(clock.run(remote.notified({ timeoutMs: 10 }))).rejects.toThrow(
      /waiting for a notification of characteristic 2a6e of the server/,
    );
  });

  it('gives each value to one of those who wait, in order', async () => {
    const { remote, send } = await fixture();
    const waiting = Promise.all([remote.notified(), remote.notified(), remote.notified()]);
    await send(1, 2, 3);
    expect(await waiting).toEqual([bytes(1), bytes(2), bytes(3)]);
  });

  it('gives an empty value too, and copies', async () => {
    const { clock, local, connection, remote } = await fixture();
    await clock.run(remote.subscribe());
    await local.notify(connection, { value: bytes() });
    await local.notify(connection, { value: bytes(1) });
    expect(await clock.run(remote.notified())).toEqual(bytes());
    const first = await clock.run(remote.notified());
    expect(first.buffer.byteLength).toBe(1);
  });

  it('hears who has not subscribed, from the first call on', async () => {
    const { clock, remote, send, client } = await fixture();
    await send(1);
    expect(client.counters.unknownHandles).toBe(1);
    const waiting = remote.notified();
    await send(2, 3);
    expect(await waiting).toEqual(bytes(2));
    expect(await clock.run(remote.notified())).toEqual(bytes(3));
  });

  it('loses nothing to one that gave up', async () => {
    const { clock, remote, send } = await fixture();
    await clock.run(remote.subscribe());
    await expect(clock.run(remote.notified({ timeoutMs: 10 }))).rejects.toThrow(TimeoutError);
    const abort = new AbortController();
    const aborted = remote.notified({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await send(1);
    expect(await remote.notified()).toEqual(bytes(1));
  });

  it('gives what came before the link ended, and then its error', async () => {
    const { clock, remote, send, connection } = await fixture();
    await clock.run(remote.subscribe());
    await send(1);
    const indicated = remote.indicated();
    connection.disconnect();
    await expect(indicated).rejects.toThrow(DisconnectedError);
    expect(await remote.notified()).toEqual(bytes(1));
    await expect(remote.notified()).rejects.toThrow(DisconnectedError);
  });

  it('keeps the newest, as many as were asked for, and counts what it lost (A10)', async () => {
    const { clock, remote, send } = await fixture();
    await clock.run(remote.subscribe({ depth: 2 }));
    await send(1, 2, 3, 4);
    expect(remote.dropped).toBe(2);
    expect(await remote.notified()).toEqual(bytes(3));
    await send(5);
    await clock.run(remote.subscribe({ depth: 1 }));
    expect(remote.dropped).toBe(3);
    expect(await remote.notified()).toEqual(bytes(5));
  });

  it('is bounded without being asked (A10)', async () => {
    const { clock, remote, clientChannel } = await fixture();
    await clock.run(remote.subscribe());
    for (let i = 0; i < DEFAULT_DEPTH + 100; i++) clientChannel.deliver([0x1b, remote.handle, 0, i & 0xff]);
    expect(remote.dropped).toBe(100);
  });
});

describe('indicated()', () => {
  it('gives what the peer indicates, confirmed, apart from its notifications', async () => {
    const { clock, local, connection, remote, send } = await fixture();
    await clock.run(remote.subscribe({ notify: true, indicate: true }));
    await send(1);
    await clock.run(local.indicate(connection, { value: bytes(2) }));
    expect(await remote.indicated()).toEqual(bytes(2));
    expect(await remote.notified()).toEqual(bytes(1));
  });
});

describe('unsubscribe()', () => {
  it('forgets what was not read, and ends loops', async () => {
    const { clock, remote, send } = await fixture();
    await clock.run(remote.subscribe());
    await send(1, 2);
    await clock.run(remote.unsubscribe());
    await send(3);
    await clock.run(remote.subscribe());
    await expect(clock.run(remote.notified({ timeoutMs: 10 }))).rejects.toThrow(TimeoutError);
    const next = remote.notifications().next();
    await turn();
    await clock.run(remote.unsubscribe());
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('wakes who waits for a value that will not come', async () => {
    const { clock, remote } = await fixture();
    await clock.run(remote.subscribe());
    const waiting = remote.notified();
    const told = expect(waiting).rejects.toThrow(/the subscription was ended here/);
    await turn();
    await clock.run(remote.unsubscribe());
    await told;
  });
});

describe('a loop over notifications', () => {
  const collect = async (remote: RemoteCharacteristic, count: number): Promise<number[]> => {
    const seen: number[] = [];
    for await (const [octet = -1] of remote.notifications()) {
      seen.push(octet);
      if (seen.length === count) break;
    }
    return seen;
  };

  it('gives what came before it too, and leaves the rest to the next reader', async () => {
    const { clock, remote, send } = await fixture();
    await clock.run(remote.subscribe());
    await send(1, 2);
    const looping = collect(remote, 3);
    await turn();
    await send(3, 4);
    expect(await looping).toEqual([1, 2, 3]);
    expect(await remote.notified()).toEqual(bytes(4));
    await send(5, 6);
    expect(await collect(remote, 2)).toEqual([5, 6]);
  });

  it('is woken by close(), also while it waits; closing twice does nothing', async () => {
    const { clock, remote, send } = await fixture();
    await clock.run(remote.subscribe());
    const loop = remote.notifications();
    const next = loop.next();
    await turn();
    await loop.close();
    expect(await next).toEqual({ done: true, value: undefined });
    await loop.close();
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    await send(1);
    expect(await remote.notified()).toEqual(bytes(1));
  });

  it('is woken by return(), which does not hang behind a pending next()', async () => {
    const { remote } = await fixture();
    const loop = remote.notifications();
    const next = loop.next();
    await turn();
    expect(await loop.return()).toEqual({ done: true, value: undefined });
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('ends at the end of its scope', async () => {
    const { clock, remote, send } = await fixture();
    await clock.run(remote.subscribe());
    await send(1);
    {
      await using loop = remote.notifications();
      expect(await loop.next()).toEqual({ done: false, value: bytes(1) });
    }
    await using another = remote.notifications();
    await send(2);
    expect(await another.next()).toEqual({ done: false, value: bytes(2) });
  });

  it('throws when the link is lost, after what came before', async () => {
    const { clock, remote, send, connection } = await fixture();
    await clock.run(remote.subscribe());
    await send(1);
    const seen: number[] = [];
    const looping = (async () => {
      for await (const [octet = -1] of remote.notifications()) {
        seen.push(octet);
        if (octet === 1) connection.disconnect();
      }
    })();
    await expect(looping).rejects.toThrow(DisconnectedError);
    expect(seen).toEqual([1]);
  });

  it('starts with its first next(), and there is one at a time', async () => {
    const { clock, remote, send } = await fixture();
    await clock.run(remote.subscribe());
    const first = remote.notifications();
    const second = remote.notifications();
    const waiting = second.next();
    await expect(first.next()).rejects.toThrow(InvalidStateError);
    await send(1);
    expect(await waiting).toEqual({ done: false, value: bytes(1) });
    await second.close();
    const third = remote.notifications();
    await send(2);
    expect(await third.next()).toEqual({ done: false, value: bytes(2) });
    await third.close();
  });

  it('has a deadline for each value, a depth, and an abort', async () => {
    const { clock, remote, send } = await fixture();
    expect(() => remote.notifications({ timeoutMs: 0 })).toThrow(InvalidArgumentError);
    const loop = remote.notifications({ timeoutMs: 100, depth: 1 });
    const waiting = loop.next();
    await send(1, 2, 3);
    expect(await waiting).toEqual({ done: false, value: bytes(1) });
    expect(loop.dropped).toBe(1);
    expect(await loop.next()).toEqual({ done: false, value: bytes(3) });
    await expect(clock.run(loop.next())).rejects.toThrow(TimeoutError);
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    const abort = new AbortController();
    const aborted = remote.notifications({ signal: abort.signal }).next();
    await turn();
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
  });

  it('can be left while its body sends to the same characteristic', async () => {
    const { clock, remote, send } = await fixture();
    await clock.run(remote.subscribe());
    await send(1);
    for await (const _value of remote.notifications()) {
      await clock.run(remote.unsubscribe());
    }
    expect(remote.dropped).toBe(0);
  });
});

describe('a flood for a handle that nobody knows', () => {
  it('is counted and kept nowhere (A10)', async () => {
    const { client, clientChannel } = await fixture();
    for (let i = 0; i < 10_000; i++) clientChannel.deliver([0x1b, 0x77, 0x77, 1]);
    expect(client.counters.unknownHandles).toBe(10_000);
    clientChannel.takeSent();
    clientChannel.deliver([0x1d, 0x77, 0x77, 1]);
    await turn();
    expect(clientChannel.takeSent()).toEqual(['1e']);
  });
});

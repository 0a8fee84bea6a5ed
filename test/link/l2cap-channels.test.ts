import {
  type Connection,
  DisconnectedError,
  InvalidStateError,
  type L2capChannel,
  L2capError,
  TimeoutError,
} from 'jelling';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

const PSM = 0x80;
const bytes = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);

const link = async (hosts: Hosts) => linked(hosts, await hosts.host(), await hosts.host());

/** A channel that the central has opened. */
const channelPair = async (hosts: Hosts, mtu?: number) => {
  const { atCentral, atPeripheral } = await link(hosts);
  const accepting = atPeripheral.l2capAccept({ psm: PSM, mtu });
  const client = await hosts.run(atCentral.l2capConnect({ psm: PSM, mtu }));
  return { atCentral, atPeripheral, client, server: await hosts.run(accepting) };
};

describe('opening', () => {
  test('says what each side takes', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral } = await link(hosts);
    const accepting = atPeripheral.l2capAccept({ psm: PSM, mtu: 128 });
    const client = await hosts.run(atCentral.l2capConnect({ psm: PSM, mtu: 100 }));
    const server = await hosts.run(accepting);
    expect([client.mtu, client.peerMtu, client.psm]).toEqual([100, 128, PSM]);
    expect([server.mtu, server.peerMtu, server.psm]).toEqual([128, 100, PSM]);
    expect(client.connection).toBe(atCentral);
    expect(server.connection).toBe(atPeripheral);
  });

  test('in either role, several on one link, each with its own data', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral } = await link(hosts);
    await using listener = atCentral.l2capListen({ psm: 0x25 });
    const channels: { readonly client: L2capChannel; readonly server: L2capChannel }[] = [];
    for (let i = 0; i < 5; i++) {
      const accepting = listener.accept();
      const client = await hosts.run(atPeripheral.l2capConnect({ psm: 0x25 }));
      channels.push({ client, server: await hosts.run(accepting) });
    }
    await hosts.run(Promise.all(channels.map(({ client }, i) => client.send(bytes(600, i)))));
    for (const [i, { server }] of channels.entries()) {
      const first = await hosts.run(server.receive());
      const second = await hosts.run(server.receive());
      expect([...first, ...second]).toEqual([...bytes(600, i)]);
    }
  });

  test('to nobody is refused, and so is a second one to l2capAccept', async () => {
    await using hosts = new Hosts();
    const { atCentral } = await channelPair(hosts);
    const refused: unknown = await hosts.run(
      atCentral.l2capConnect({ psm: PSM }).catch((error: unknown) => error),
    );
    expect(refused).toBeInstanceOf(L2capError);
    expect(refused).toMatchObject({ result: 2, message: expect.stringContaining('SPSM not supported') });
  });

  test('an adapter listens on all its links; nobody else may listen there, until it is closed', async () => {
    await using hosts = new Hosts();
    const peripheral = await hosts.host();
    const listener = peripheral.ble.l2capListen({ psm: PSM });
    expect(() => peripheral.ble.l2capListen({ psm: PSM })).toThrow(InvalidStateError);
    const first = await linked(hosts, await hosts.host(), peripheral);
    const second = await linked(hosts, await hosts.host(), peripheral);
    for (const { atCentral } of [first, second]) {
      const channel = await hosts.run(atCentral.l2capConnect({ psm: PSM }));
      await hosts.run(channel.send(Uint8Array.of(1)));
      const server = await hosts.run(listener.accept());
      expect(await hosts.run(server.receive())).toEqual(Uint8Array.of(1));
    }
    await listener.close();
    await expect(listener.accept()).rejects.toThrow(InvalidStateError);
    await expect(hosts.run(first.atCentral.l2capConnect({ psm: PSM }))).rejects.toThrow(L2capError);
    await peripheral.ble.l2capListen({ psm: PSM }).close();
  });

  test('eight wait to be accepted, and those that have ended make room', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral } = await link(hosts);
    const listener = atPeripheral.l2capListen({ psm: PSM });
    const channels: L2capChannel[] = [];
    for (let i = 0; i < 8; i++) channels.push(await hosts.run(atCentral.l2capConnect({ psm: PSM })));
    await expect(hosts.run(atCentral.l2capConnect({ psm: PSM }))).rejects.toMatchObject({ result: 4 });
    await hosts.run(Promise.all(channels.slice(0, 3).map((channel) => channel.disconnect())));
    const [, , , fourth] = channels;
    await hosts.run(atCentral.l2capConnect({ psm: PSM }));
    const server = await hosts.run(listener.accept());
    await hosts.run(server.send(Uint8Array.of(4)));
    expect(fourth?.available).toBe(1);
    const gone = fourth?.disconnected();
    await hosts.run(listener.close());
    expect(server.isOpen).toBe(true);
    await hosts.run(server.disconnect());
    expect((await hosts.run(gone ?? Promise.reject(new Error('none')))).reason).toBe(0x13);
  });

  test('a policy refuses', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral } = await link(hosts);
    const asked: Connection[] = [];
    atPeripheral.l2capListen({ psm: 0x81, security: { authenticated: true } });
    atPeripheral.l2capListen({
      psm: 0x82,
      authorize: (connection) => {
        asked.push(connection);
        return false;
      },
    });
    for (const [psm, result] of [
      [0x81, 5],
      [0x82, 6],
    ] as const) {
      await expect(hosts.run(atCentral.l2capConnect({ psm }))).rejects.toMatchObject({ result });
    }
    expect(asked).toEqual([atPeripheral]);
  });

  test('waits no longer than it may, and what comes too late is closed', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral } = await link(hosts);
    await expect(hosts.run(atPeripheral.l2capAccept({ psm: PSM, timeoutMs: 50 }))).rejects.toThrow(
      TimeoutError,
    );
    const stop = new AbortController();
    const accepting = atPeripheral.l2capAccept({ psm: PSM, signal: stop.signal });
    const connecting = atCentral.l2capConnect({ psm: PSM, signal: stop.signal });
    stop.abort('enough');
    await expect(hosts.run(accepting)).rejects.toBe('enough');
    await expect(hosts.run(connecting)).rejects.toBe('enough');
    const again = atPeripheral.l2capAccept({ psm: PSM });
    const client = await hosts.run(atCentral.l2capConnect({ psm: PSM }));
    await hosts.run(again);
    expect(client.isOpen).toBe(true);
  });
});

test('an adapter that is opened without has none, in either direction', async () => {
  await using hosts = new Hosts();
  const without = await hosts.host({ open: { l2capChannels: false } });
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), without);
  const opened = [atPeripheral.l2capConnect({ psm: PSM }), atPeripheral.l2capConnectEnhanced({ psm: PSM })];
  for (const call of [...opened, atPeripheral.l2capAccept({ psm: PSM })]) {
    await expect(call).rejects.toThrow('the adapter was opened without L2CAP channels');
  }
  expect(() => atPeripheral.l2capListen({ psm: PSM })).toThrow(InvalidStateError);
  expect(() => without.ble.l2capListen({ psm: PSM })).toThrow(InvalidStateError);
  // Command Reject: not understood.
  await expect(hosts.run(atCentral.l2capConnect({ psm: PSM }))).rejects.toMatchObject({ result: 0 });
});

describe('data', () => {
  test('octets and SDUs of every length come out as they went in', async () => {
    await using hosts = new Hosts();
    const { client, server } = await channelPair(hosts, 2_000);
    for (const length of [1, 22, 23, 245, 246, 247, 248, 494, 1_000, 2_000]) {
      await hosts.run(client.send(bytes(length, length)));
      expect(await hosts.run(server.receive())).toEqual(bytes(length, length));
    }
    expect(client.sent).toEqual({ octets: 4_526, sdus: 10 });
  });

  test('is read in part, and never over the end of an SDU', async () => {
    await using hosts = new Hosts();
    const { client, server } = await channelPair(hosts);
    await hosts.run(client.send(bytes(35)));
    await hosts.run(client.send(bytes(3)));
    const buffer = new Uint8Array(10);
    const lengths: number[] = [];
    const waiting = server.receiveInto(buffer);
    lengths.push(await hosts.run(waiting));
    expect(server.available).toBe(28);
    while (server.available > 0) lengths.push(await hosts.run(server.receiveInto(buffer)));
    expect(lengths).toEqual([10, 10, 10, 5, 3]);
    expect([...buffer.subarray(0, 3)]).toEqual([...bytes(3)]);
  });

  test('longer than the peer takes goes as several SDUs', async () => {
    await using hosts = new Hosts();
    const { client, server } = await channelPair(hosts, 100);
    await hosts.run(client.send(bytes(250)));
    const parts = [
      await hosts.run(server.receive()),
      await hosts.run(server.receive()),
      await hosts.run(server.receive()),
    ];
    expect(parts.map(({ length }) => length)).toEqual([100, 100, 50]);
  });

  test('a reader that does not read stops the sender; the error says how far it came', async () => {
    await using hosts = new Hosts();
    const { client, server } = await channelPair(hosts, 100);
    const error: unknown = await hosts.run(client.send(bytes(10_000)).catch((reason: unknown) => reason));
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as TimeoutError).message).toContain('3200 of 10000 octets have left, 32 whole SDUs');
    expect(client.sent).toEqual({ octets: 3_200, sdus: 32 });
    expect(server.available).toBe(3_200);
    const flushed = client.flush();
    await hosts.run(flushed);
    // What was begun is ended and what is sent now comes after it.
    for (let i = 0; i < 32; i++) await hosts.run(server.receive());
    await hosts.run(client.send(Uint8Array.of(1, 2, 3)));
    expect(await hosts.run(server.receive())).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('much of it, both ways at once, with readers that follow', async () => {
    await using hosts = new Hosts();
    const { client, server } = await channelPair(hosts, 1_000);
    const data = bytes(200_000);
    const read = async (channel: L2capChannel): Promise<Uint8Array> => {
      const all = new Uint8Array(data.length);
      for (let at = 0; at < all.length; ) at += await channel.receiveInto(all.subarray(at));
      return all;
    };
    const [, , atServer, atClient] = await hosts.run(
      Promise.all([client.send(data), server.send(data), read(server), read(client)]),
    );
    expect(Buffer.compare(atServer, data)).toBe(0);
    expect(Buffer.compare(atClient, data)).toBe(0);
  });

  test('a deadline and an abort end a wait, and nothing is lost', async () => {
    await using hosts = new Hosts();
    const { client, server } = await channelPair(hosts);
    await expect(hosts.run(server.receive({ timeoutMs: 10 }))).rejects.toThrow(TimeoutError);
    const stop = new AbortController();
    const waiting = server.receiveInto(new Uint8Array(4), { signal: stop.signal });
    await expect(server.receive()).rejects.toThrow('one reader at a time');
    stop.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await hosts.run(client.send(Uint8Array.of(9)));
    expect(await hosts.run(server.receive())).toEqual(Uint8Array.of(9));
  });
});

describe('the end', () => {
  test('by the peer: what is there is read, then loops end and calls reject', async () => {
    await using hosts = new Hosts();
    const { client, server } = await channelPair(hosts);
    await hosts.run(client.send(Uint8Array.of(1)));
    await hosts.run(client.send(Uint8Array.of(2)));
    const gone = server.disconnected();
    await hosts.run(client.disconnect());
    await hosts.run(client.disconnect());
    expect((await hosts.run(gone)).reason).toBe(0x13);
    expect((await client.disconnected()).reason).toBe(0x16);
    const all: number[] = [];
    for await (const sdu of server) all.push(...sdu);
    expect(all).toEqual([1, 2]);
    await expect(server.receiveInto(new Uint8Array(1))).rejects.toThrow(DisconnectedError);
    await expect(server.send(Uint8Array.of(1))).rejects.toThrow('was closed by the peer');
    await expect(client.send(Uint8Array.of(1))).rejects.toThrow('was closed on this side');
  });

  test('a loop that is left can be begun again', async () => {
    await using hosts = new Hosts();
    const { client, server } = await channelPair(hosts);
    const loop = server[Symbol.asyncIterator]();
    const next = loop.next();
    await loop.return?.();
    expect(await hosts.run(next)).toEqual({ done: true, value: undefined });
    await hosts.run(client.send(Uint8Array.of(5)));
    for await (const sdu of server) {
      expect(sdu).toEqual(Uint8Array.of(5));
      break;
    }
    expect(server.isOpen).toBe(true);
  });

  test('a lost link rejects everything that waits', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral, client, server } = await channelPair(hosts, 100);
    const listener = atPeripheral.l2capListen({ psm: 0x99 });
    const waits = [
      client.send(bytes(100_000)),
      client.flush(),
      client.receive(),
      client[Symbol.asyncIterator]().next(),
      atCentral.l2capAccept({ psm: PSM }),
      listener.accept(),
    ];
    const outcomes = Promise.allSettled(waits);
    await hosts.clock.advance(10);
    await hosts.run(atPeripheral.disconnect());
    const [sending, flushing, receiving, second, accepting, listening] = await hosts.run(outcomes);
    for (const outcome of [sending, flushing, receiving, accepting, listening]) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(DisconnectedError) });
    }
    expect(sending).toMatchObject({
      reason: { message: expect.stringContaining('of 100000 octets have left') },
    });
    expect(second).toMatchObject({ status: 'rejected', reason: expect.any(InvalidStateError) });
    await hosts.run(client.disconnect());
    await hosts.run(server.disconnect());
    await expect(atCentral.l2capConnect({ psm: PSM })).rejects.toThrow(DisconnectedError);
    expect(() => atCentral.l2capListen({ psm: PSM })).toThrow(DisconnectedError);
  });
});

test('five channels of the enhanced mode at once, with an MTU that grows', async () => {
  await using hosts = new Hosts();
  const { atCentral, atPeripheral } = await link(hosts);
  const listener = atPeripheral.l2capListen({ psm: PSM, mtu: 200 });
  const channels = await hosts.run(atCentral.l2capConnectEnhanced({ psm: PSM, count: 5, mtu: 64 }));
  expect(channels).toHaveLength(5);
  for (const [i, client] of channels.entries()) {
    const server = await hosts.run(listener.accept());
    expect([server.mtu, server.peerMtu]).toEqual([200, 64]);
    await hosts.run(client.reconfigure({ mtu: 1_000 }));
    expect(server.peerMtu).toBe(1_000);
    await hosts.run(server.send(bytes(1_000, i)));
    expect(await hosts.run(client.receive())).toEqual(bytes(1_000, i));
    await hosts.run(client.send(bytes(200, i)));
    expect(await hosts.run(server.receive())).toEqual(bytes(200, i));
  }
  const last = await hosts.run(atCentral.l2capConnect({ psm: PSM }));
  await expect(hosts.run(last.reconfigure({ mtu: 1_000 }))).rejects.toThrow(InvalidStateError);
});

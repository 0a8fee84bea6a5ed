import { once } from 'node:events';
import { type Connection, DisconnectedError, InvalidStateError, NotFoundError, TimeoutError } from 'jelling';
import {
  connectNordicUart,
  NORDIC_UART_SERVICE,
  type NordicUartService,
  nordicUartService,
  type UartChannel,
} from 'jelling/services';
import { toDuplex, toWebStreams } from 'jelling/streams';
import { describe, expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../support/hosts.ts';

const SECOND = 1_000;
const bytes = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) + seed) & 0xff);

/** A server of the UART. */
const serverOf = async (hosts: Hosts): Promise<{ readonly host: Host; readonly uart: NordicUartService }> => {
  const host = await hosts.host();
  const uart = nordicUartService();
  host.ble.registerServices(uart);
  return { host, uart };
};

interface Pair {
  readonly client: UartChannel;
  readonly server: UartChannel;
  readonly atClient: Connection;
  readonly atServer: Connection;
}

/** A client of its own host, and the server's channel for it. */
const clientOf = async (
  hosts: Hosts,
  { host, uart }: Awaited<ReturnType<typeof serverOf>>,
): Promise<Pair> => {
  const { atCentral: atClient, atPeripheral: atServer } = await linked(hosts, await hosts.host(), host);
  const client = await hosts.run(connectNordicUart(atClient));
  return { client, server: uart.channel(atServer), atClient, atServer };
};

const pair = async (hosts: Hosts): Promise<Pair> => clientOf(hosts, await serverOf(hosts));

/** What arrives, until there are so many octets. */
const collect = async (channel: UartChannel, length: number): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  for (let left = length; left > 0; left -= pieces.at(-1)?.length ?? 0) pieces.push(await channel.receive());
  return new Uint8Array(Buffer.concat(pieces));
};

describe('octets', () => {
  test('go both ways, in pieces that the MTU bounds', async () => {
    await using hosts = new Hosts();
    const { client, server, atClient } = await pair(hosts);
    const most = Math.min(atClient.mtu - 3, 512);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const sent = bytes(2 * most + 10);
      await hosts.run(from.send(sent));
      const pieces: Uint8Array[] = [];
      while (to.available > 0) pieces.push(await hosts.run(to.receive()));
      expect(pieces.map(({ length }) => length)).toEqual([most, most, 10]);
      expect(new Uint8Array(Buffer.concat(pieces))).toEqual(sent);
      await hosts.run(from.send(new Uint8Array(0)));
      expect(to.available).toBe(0);
    }
  });

  test('of several calls come after each other', async () => {
    await using hosts = new Hosts();
    const { client, server } = await pair(hosts);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const parts = [bytes(1_000, 1), bytes(30, 2), bytes(2_000, 3)];
      const sending = Promise.all(parts.map((part) => from.send(part)));
      expect(await hosts.run(collect(to, 3_030))).toEqual(new Uint8Array(Buffer.concat(parts)));
      await hosts.run(sending);
    }
  });

  test('of several clients are kept apart', async () => {
    await using hosts = new Hosts();
    const server = await serverOf(hosts);
    const pairs = [
      await clientOf(hosts, server),
      await clientOf(hosts, server),
      await clientOf(hosts, server),
    ];
    expect(new Set(pairs.map((each) => each.server)).size).toBe(3);
    await hosts.run(
      Promise.all(
        pairs.flatMap((each, i) => [
          each.client.send(bytes(5_000, i)),
          each.server.send(bytes(4_000, 10 + i)),
        ]),
      ),
    );
    for (const [i, each] of pairs.entries()) {
      expect(await hosts.run(collect(each.server, 5_000))).toEqual(bytes(5_000, i));
      expect(await hosts.run(collect(each.client, 4_000))).toEqual(bytes(4_000, 10 + i));
    }
  });

  test('that a client has sent before anybody asked for its channel are there', async () => {
    await using hosts = new Hosts();
    const { host, uart } = await serverOf(hosts);
    const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), host);
    const client = await hosts.run(connectNordicUart(atCentral));
    await hosts.run(client.send(bytes(50)));
    expect(await hosts.run(uart.channel(atPeripheral).receive())).toEqual(bytes(50));
    expect(uart.channel(atPeripheral)).toBe(uart.channel(atPeripheral));
  });

  test('for a client that has not subscribed wait for it', async () => {
    await using hosts = new Hosts();
    const { host, uart } = await serverOf(hosts);
    const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), host);
    const sending = uart.channel(atPeripheral).send(bytes(500), { timeoutMs: 20 * SECOND });
    await hosts.clock.advance(15 * SECOND);
    const client = await hosts.run(connectNordicUart(atCentral));
    expect(await hosts.run(collect(client, 500))).toEqual(bytes(500));
    await hosts.run(sending);
  });
});

describe('back-pressure', () => {
  const ALL = 100_000;
  const all = bytes(ALL);

  test('of a server that does not read stops the client, and nothing is lost', async () => {
    await using hosts = new Hosts();
    const { client, server } = await pair(hosts);
    let sent = 0;
    const sending = (async () => {
      for (; sent < ALL; sent += 1_000) {
        const part = all.subarray(sent, sent + 1_000);
        await client.send(part, { timeoutMs: Number.POSITIVE_INFINITY });
      }
    })();
    // The server says time and again that it has no room, and the client tries again.
    await hosts.clock.advance(60 * SECOND);
    expect(sent).toBeGreaterThan(5_000);
    expect(sent).toBeLessThan(20_000);
    expect(server.available).toBeLessThan(20_000);
    const stopped = sent;
    await hosts.clock.advance(60 * SECOND);
    expect(sent).toBe(stopped);
    expect(Buffer.compare(await hosts.run(collect(server, ALL)), all)).toBe(0);
    await hosts.run(sending);
  });

  test('of a client that does not read stops the server, and nothing is lost', async () => {
    await using hosts = new Hosts();
    const { client, server, atClient } = await pair(hosts);
    let sent = 0;
    const sending = (async () => {
      for (; sent < ALL; sent += 1_000) {
        const part = all.subarray(sent, sent + 1_000);
        await server.send(part, { timeoutMs: Number.POSITIVE_INFINITY });
      }
    })();
    await hosts.clock.advance(60 * SECOND);
    expect(client.available).toBeGreaterThanOrEqual(8_192);
    expect(sent).toBeLessThan(60_000);
    const stopped = sent;
    await hosts.clock.advance(60 * SECOND);
    expect(sent).toBe(stopped);
    expect(Buffer.compare(await hosts.run(collect(client, ALL)), all)).toBe(0);
    await hosts.run(sending);
    expect(atClient.isConnected).toBe(true);
  });

  test('has a deadline, and the error says how far it came', async () => {
    await using hosts = new Hosts();
    const { client } = await pair(hosts);
    const started = hosts.clock.now();
    const error: unknown = await hosts.run(client.send(bytes(50_000)).catch((reason: unknown) => reason));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(String(error)).toMatch(/the peer gives no room; \d{4,5} of 50000 octets have left/);
    expect(hosts.clock.now() - started).toBeGreaterThanOrEqual(10 * SECOND);
    const stop = new AbortController();
    const reason = new Error('enough');
    const aborted = client.send(bytes(50_000), { signal: stop.signal });
    await hosts.clock.advance(SECOND);
    stop.abort(reason);
    await expect(hosts.run(aborted)).rejects.toBe(reason);
  });

  test('of a client that is read from again does not starve the others', async () => {
    await using hosts = new Hosts();
    const server = await serverOf(hosts);
    const slow = await clientOf(hosts, server);
    const fast = await clientOf(hosts, server);
    const stuck = slow.server.send(bytes(100_000), { timeoutMs: Number.POSITIVE_INFINITY });
    await hosts.clock.advance(SECOND);
    await hosts.run(fast.server.send(bytes(5_000)), 5 * SECOND);
    expect(await hosts.run(collect(fast.client, 5_000))).toEqual(bytes(5_000));
    expect(Buffer.compare(await hosts.run(collect(slow.client, 100_000)), bytes(100_000))).toBe(0);
    await hosts.run(stuck);
  });
});

describe('a peer of another make', () => {
  test('that writes without response, and is not read: the channel ends before memory does, and says why', async () => {
    await using hosts = new Hosts();
    const server = await serverOf(hosts);
    const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), server.host);
    const other = await clientOf(hosts, server);
    const service = await hosts.run(atCentral.service(NORDIC_UART_SERVICE));
    const rx = await hosts.run(service.characteristic('6e400002-b5a3-f393-e0a9-e50e24dcca9e'));
    expect(rx.properties).toMatchObject({ write: true, writeNoResponse: true, read: false });
    const channel = server.uart.channel(atPeripheral);
    for (let i = 0; i < 400; i++) await hosts.run(rx.write(bytes(200), { response: false }));
    await hosts.clock.advance(SECOND);
    expect(channel.isOpen).toBe(false);
    expect([channel.available, channel.endedInOrder]).toEqual([65_400, false]);
    const read = hosts.run(collect(channel, 65_401));
    await expect(read).rejects.toThrow(/more than 65536 octets came that nobody has read/);
    await hosts.run(other.client.send(bytes(10)));
    expect(await hosts.run(other.server.receive())).toEqual(bytes(10));
    expect(atCentral.isConnected).toBe(true);
  });

  test('has the properties that everybody expects', async () => {
    await using hosts = new Hosts();
    const { host } = await serverOf(hosts);
    const { atCentral } = await linked(hosts, await hosts.host(), host);
    const service = await hosts.run(atCentral.service('6e400001-b5a3-f393-e0a9-e50e24dcca9e'));
    const all = await hosts.run(service.characteristics());
    expect(all.map(({ uuid, properties }) => [uuid.slice(0, 8), properties.notify])).toEqual([
      ['6e400002', false],
      ['6e400003', true],
    ]);
  });

  test('that has no UART', async () => {
    await using hosts = new Hosts();
    const { atCentral } = await linked(hosts, await hosts.host(), await hosts.host());
    await expect(hosts.run(connectNordicUart(atCentral))).rejects.toThrow(NotFoundError);
  });
});

describe('the end', () => {
  test('of the link by either side is one in order; a loop over what comes ends', async () => {
    await using hosts = new Hosts();
    const { client, server, atClient } = await pair(hosts);
    await hosts.run(client.send(bytes(10)));
    const heard: Uint8Array[] = [];
    const loops = [client, server].map(async (channel) => {
      for await (const octets of channel) heard.push(octets);
    });
    await hosts.clock.advance(SECOND);
    await hosts.run(atClient.disconnect());
    await hosts.run(Promise.all(loops));
    expect(heard).toEqual([bytes(10)]);
    expect([client.endedInOrder, server.endedInOrder]).toEqual([true, true]);
    expect(await hosts.run(server.disconnected())).toBeInstanceOf(DisconnectedError);
    await expect(server.send(bytes(1))).rejects.toThrow(DisconnectedError);
    await expect(client.receive()).rejects.toThrow(DisconnectedError);
  });

  test('by the loss of the link throws, after what had arrived; whoever sends hears of it', async () => {
    await using hosts = new Hosts();
    const server = await serverOf(hosts);
    const central = await hosts.host();
    const { atCentral, atPeripheral } = await linked(hosts, central, server.host);
    const client = await hosts.run(connectNordicUart(atCentral));
    const channel = server.uart.channel(atPeripheral);
    await hosts.run(client.send(bytes(10)));
    hosts.air.faults.separate(central.controller.station, server.host.controller.station);
    const sending = channel.send(bytes(50_000)).catch((error: unknown) => error);
    await hosts.clock.advance(10 * SECOND);
    expect(await hosts.run(sending)).toMatchObject({ code: 'BLE_DISCONNECTED', reason: 0x08 });
    const loop = (async () => {
      for await (const octets of channel) expect(octets).toEqual(bytes(10));
    })();
    await expect(hosts.run(loop)).rejects.toThrow(DisconnectedError);
    expect(channel.endedInOrder).toBe(false);
  });

  test('here leaves the link, and the UART can be opened again', async () => {
    await using hosts = new Hosts();
    const { host, uart } = await serverOf(hosts);
    const { client, server, atClient, atServer } = await clientOf(hosts, { host, uart });
    await expect(hosts.run(connectNordicUart(atClient))).rejects.toThrow(InvalidStateError);
    const waiting = client.receive().catch((error: unknown) => error);
    await hosts.run(client.close());
    await hosts.run(client.close());
    expect(await waiting).toBeInstanceOf(DisconnectedError);
    expect(client.endedInOrder).toBe(true);
    expect([atClient.isConnected, server.isOpen]).toEqual([true, true]);
    // The client has taken its subscription back.
    await expect(hosts.run(server.send(bytes(1), { timeoutMs: SECOND }))).rejects.toThrow(TimeoutError);
    const again = await hosts.run(connectNordicUart(atClient));
    await hosts.run(server.send(bytes(10)));
    expect(await hosts.run(again.receive())).toEqual(bytes(10));
    await hosts.run(server.close());
    expect(server.isOpen).toBe(false);
    expect(atServer.isConnected).toBe(true);
    const anew = uart.channel(atServer);
    await hosts.run(again.send(bytes(4)));
    expect(await hosts.run(anew.receive())).toEqual(bytes(4));
  });

  test('of a loop that is left leaves what comes to the next reader', async () => {
    await using hosts = new Hosts();
    const { client, server } = await pair(hosts);
    const loop = server[Symbol.asyncIterator]();
    const waiting = loop.next();
    await loop.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await hosts.run(client.send(bytes(3)));
    expect(await hosts.run(server.receive())).toEqual(bytes(3));
  });

  test('of more calls than may wait is an error at once', async () => {
    await using hosts = new Hosts();
    const { server, atClient } = await pair(hosts);
    const calls = Array.from({ length: 64 }, () => server.send(bytes(20_000)).catch(() => 'over'));
    await expect(server.send(bytes(1))).rejects.toThrow(/64 calls of send\(\) wait/);
    await hosts.run(atClient.disconnect());
    await hosts.run(Promise.all(calls));
  });
});

describe('streams', () => {
  test('of Node.js carry any number of octets both ways, and end with the link', async () => {
    await using hosts = new Hosts();
    const { client, server, atClient } = await pair(hosts);
    const [here, there] = [toDuplex(client), toDuplex(server)];
    there.on('data', (octets: Uint8Array) => void there.write(octets));
    const echoed: Uint8Array[] = [];
    let left = 60_000;
    const all = new Promise<void>((resolve) => {
      here.on('data', (octets: Uint8Array) => {
        echoed.push(octets);
        left -= octets.length;
        if (left === 0) resolve();
      });
    });
    here.write(bytes(left));
    await hosts.run(all);
    expect(Buffer.concat(echoed).equals(bytes(60_000))).toBe(true);
    const ended = Promise.all([once(here, 'close'), once(there, 'close')]);
    await hosts.run(atClient.disconnect());
    await hosts.run(ended);
    expect([here.errored, there.errored]).toEqual([null, null]);
  });

  test('of the web do too', async () => {
    await using hosts = new Hosts();
    const { client, server } = await pair(hosts);
    const [here, there] = [toWebStreams(client), toWebStreams(server)];
    const writer = here.writable.getWriter();
    const reader = there.readable.getReader();
    const sent = bytes(30_000);
    const writing = writer.write(sent);
    const pieces: Uint8Array[] = [];
    for (let left = sent.length; left > 0; ) {
      const { value = new Uint8Array(0) } = await hosts.run(reader.read());
      pieces.push(value);
      left -= value.length;
    }
    await hosts.run(writing);
    expect(new Uint8Array(Buffer.concat(pieces))).toEqual(sent);
    await hosts.run(reader.cancel());
    await hosts.run(writer.close());
    expect(server.isOpen).toBe(false);
  });
});

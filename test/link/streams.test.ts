import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DisconnectedError, InvalidArgumentError, type L2capChannel } from 'jelling';
import { toDuplex, toWebStreams } from 'jelling/streams';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

const bytes = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );

/** Two ends of one channel, with an MTU of 100 and so a window of 32 frames of one SDU each. */
const channels = async (hosts: Hosts) => {
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), await hosts.host());
  const accepting = atPeripheral.l2capAccept({ psm: 0x80, mtu: 100 });
  const here = await hosts.run(atCentral.l2capConnect({ psm: 0x80, mtu: 100 }));
  return { here, there: await hosts.run(accepting), atCentral, atPeripheral };
};

const readAll = async (channel: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of channel) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
};

const inOrder = (channel: L2capChannel): unknown[] => [channel.isOpen, channel.endedInOrder];

describe('WHATWG streams', () => {
  test('carry octets both ways, and end behind the last', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const { readable, writable } = toWebStreams(here);
    const data = bytes(20_000);
    const echo = (async () => {
      for await (const sdu of there) await there.send(sdu);
    })();
    const writer = writable.getWriter();
    let received = 0;
    const reading = (async () => {
      const reader = readable.getReader();
      for (; received < data.length; ) received += (await reader.read()).value?.length ?? 0;
      return reader.read();
    })();
    for (let at = 0; at < data.length; at += 1_000) {
      await hosts.run(writer.write(data.subarray(at, at + 1_000)));
    }
    await hosts.run(writer.close());
    await hosts.run(echo.catch(() => undefined));
    expect(there.endedInOrder).toBe(true);
    expect((await hosts.run(reading)).done).toBe(received === data.length);
  });

  test('are piped as they come, and the receiver reads the end', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const data = bytes(50_000);
    const source = new Blob([new Uint8Array(data)]).stream();
    const piping = source.pipeTo(toWebStreams(here).writable);
    const received = await hosts.run(readAll(toWebStreams(there).readable));
    await hosts.run(piping);
    expect(Buffer.compare(received, data)).toBe(0);
    expect([...inOrder(here), ...inOrder(there)]).toEqual([false, true, false, true]);
  });

  test('fill the buffers of a reader that brings them', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const reader = toWebStreams(there).readable.getReader({ mode: 'byob' });
    await hosts.run(here.send(bytes(35)));
    const lengths: (number | undefined)[] = [];
    for (let i = 0; i < 3; i++)
      lengths.push((await hosts.run(reader.read(new Uint8Array(15)))).value?.length);
    expect(lengths).toEqual([15, 15, 5]);
    const last = reader.read(new Uint8Array(15));
    await hosts.run(here.disconnect());
    expect(await hosts.run(last)).toMatchObject({ done: true, value: new Uint8Array(0) });
  });

  test('hold the writer until the reader reads, and take nothing ahead of it', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const writer = toWebStreams(here).writable.getWriter();
    const { readable } = toWebStreams(there);
    let written = 0;
    const writing = (async () => {
      for (; written < 40; written++) await writer.write(bytes(100, written));
    })();
    await hosts.clock.advance(60_000);
    expect([written, there.available]).toEqual([32, 3_200]);
    const reader = readable.getReader();
    for (let i = 0; i < 40; i++) expect((await hosts.run(reader.read())).value).toEqual(bytes(100, i));
    await hosts.run(writing);
  });

  test('give what had arrived when their own end was closed, and nothing after it', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const { readable, writable } = toWebStreams(here);
    await hosts.run(there.send(bytes(150)));
    await hosts.run(writable.close());
    expect(await hosts.run(readAll(readable))).toEqual(bytes(150));
    const second = await channels(hosts);
    const streams = toWebStreams(second.here);
    const reader = streams.readable.getReader();
    await hosts.run(streams.writable.close());
    await hosts.run(reader.closed);
  });

  test('write no octets as nothing', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const writer = toWebStreams(here).writable.getWriter();
    await hosts.run(writer.write(new Uint8Array(0)));
    await hosts.run(writer.write(Uint8Array.of(1)));
    expect(await hosts.run(there.receive())).toEqual(Uint8Array.of(1));
  });

  test('refuse what is no octets, and that ends the channel', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const text: Uint8Array[] = JSON.parse('["text"]');
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const chunk of text) controller.enqueue(chunk);
      },
    });
    const piping = failure(source.pipeTo(toWebStreams(here).writable));
    expect(await hosts.run(piping)).toBeInstanceOf(InvalidArgumentError);
    await hosts.run(there.disconnected());
  });

  test('are ended in order by the peer, after what it sent; what is written then fails', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const { readable, writable } = toWebStreams(here);
    const writer = writable.getWriter();
    await hosts.run(there.send(bytes(150)));
    await hosts.run(there.disconnect());
    expect(await failure(writer.closed)).toBeInstanceOf(DisconnectedError);
    expect(await failure(writer.write(Uint8Array.of(1)))).toMatchObject({ reason: 0x13 });
    expect(await hosts.run(readAll(readable))).toEqual(bytes(150));
  });

  test('abort at once although the peer gives no room, and both sides learn of it', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const { readable, writable } = toWebStreams(here);
    const reading = failure(readable.getReader().read());
    const writer = writable.getWriter();
    const writing = failure(writer.write(bytes(10_000)));
    await hosts.clock.advance(1_000);
    await hosts.run(writer.abort('enough'));
    expect(await writing).toBe('enough');
    expect(await reading).toBe('enough');
    await hosts.run(there.disconnected());
  });

  test('close the channel when the reader cancels or leaves its loop', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const { readable, writable } = toWebStreams(here);
    const writer = writable.getWriter();
    const loop = (async () => {
      for await (const chunk of readable) {
        expect(chunk).toEqual(bytes(10));
        break;
      }
    })();
    await hosts.run(there.send(bytes(10)));
    await hosts.run(loop);
    expect(await failure(writer.closed)).toMatchObject({ reason: 0x16 });
    await hosts.run(there.disconnected());
    const second = await channels(hosts);
    const streams = toWebStreams(second.here);
    const reader = streams.readable.getReader();
    const reading = reader.read();
    const closed = failure(streams.writable.getWriter().closed);
    await hosts.run(reader.cancel('enough'));
    expect([(await reading).done, await closed]).toEqual([true, 'enough']);
    await hosts.run(second.there.disconnected());
  });

  test('both error when the link is lost, the readable one behind what had arrived', async () => {
    await using hosts = new Hosts();
    const { here, there, atPeripheral } = await channels(hosts);
    const idle = toWebStreams(here);
    const busy = toWebStreams(there);
    const idleReader = idle.readable.getReader();
    const idleWriter = idle.writable.getWriter();
    await hosts.run(idleWriter.write(bytes(10)));
    const writing = failure(busy.writable.getWriter().write(bytes(10_000)));
    await hosts.clock.advance(1_000);
    await hosts.run(atPeripheral.disconnect());
    expect(await failure(idleWriter.closed)).toBeInstanceOf(DisconnectedError);
    expect(await writing).toBeInstanceOf(DisconnectedError);
    const reader = busy.readable.getReader();
    expect((await reader.read()).value).toEqual(bytes(10));
    expect(await failure(reader.read())).toBeInstanceOf(DisconnectedError);
    for (let i = 0; i < 32; i++) await idleReader.read();
    expect(await failure(idleReader.read())).toBeInstanceOf(DisconnectedError);
  });

  test('of which nobody reads error when the link is lost', async () => {
    await using hosts = new Hosts();
    const { here, atPeripheral } = await channels(hosts);
    const { readable } = toWebStreams(here);
    const reader = readable.getReader();
    await hosts.run(atPeripheral.disconnect());
    expect(await failure(reader.closed)).toBeInstanceOf(DisconnectedError);
  });
});

describe('a Duplex', () => {
  test('is piped through, and ends behind the last octet', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const data = bytes(50_000);
    const received: Uint8Array[] = [];
    const sink = new Writable({
      write: (chunk: Uint8Array, _encoding, callback) => {
        received.push(chunk);
        callback();
      },
    });
    const sending = pipeline(Readable.from([data]), toDuplex(here));
    await hosts.run(pipeline(toDuplex(there), sink));
    await hosts.run(sending);
    expect(Buffer.compare(Buffer.concat(received), data)).toBe(0);
    expect([...inOrder(here), ...inOrder(there)]).toEqual([false, true, false, true]);
  });

  test('gives what had arrived when it was ended, then closes by itself', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const duplex = toDuplex(here);
    await hosts.run(there.send(bytes(150)));
    const closed = once(duplex, 'close');
    duplex.end(bytes(10));
    expect(await hosts.run(readAll(there))).toEqual(bytes(10));
    expect(await hosts.run(readAll(duplex))).toEqual(bytes(150));
    await hosts.run(closed);
  });

  test('that nobody reads closes too when its peer closes, and can be read afterwards', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const duplex = toDuplex(here);
    const closed = once(duplex, 'close');
    await hosts.run(there.disconnect());
    await hosts.run(closed);
    expect(duplex.errored).toBe(null);
    expect(await readAll(duplex)).toEqual(new Uint8Array(0));
  });

  test('gives what the peer sent before it closed', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const duplex = toDuplex(here);
    await hosts.run(there.send(bytes(250)));
    await hosts.run(there.disconnect());
    expect(await hosts.run(readAll(duplex))).toEqual(bytes(250));
    expect(duplex.errored).toBe(null);
  });

  test('holds the writer until the reader reads', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const writer = toDuplex(here);
    const reader = toDuplex(there);
    let written = 0;
    for (let i = 0; i < 40; i++) writer.write(bytes(100, i), () => written++);
    await hosts.clock.advance(60_000);
    expect([written, there.available]).toEqual([32, 3_200]);
    const paused = once(reader, 'pause');
    reader.once('data', () => reader.pause());
    await hosts.run(paused);
    await hosts.clock.advance(60_000);
    expect(there.available).toBe(3_100);
    const data = readAll(reader);
    writer.end();
    expect((await hosts.run(data)).length).toBe(3_900);
  });

  test('is destroyed with its channel, and destroys it', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const duplex = toDuplex(here);
    const writing = new Promise((resolve) => duplex.write(bytes(10_000), resolve));
    const closed = once(duplex, 'close');
    await hosts.clock.advance(1_000);
    duplex.destroy();
    await hosts.run(closed);
    expect(await writing).toBeInstanceOf(Error);
    await hosts.run(there.disconnected());
    expect(here.isOpen).toBe(false);
  });

  test('errors when the link is lost, whatever it waits for', async () => {
    await using hosts = new Hosts();
    const { here, there, atPeripheral } = await channels(hosts);
    const idle = toDuplex(here);
    const busy = toDuplex(there);
    const idleFailure = failure(readAll(idle));
    const busyFailure = once(busy, 'error');
    busy.write(bytes(10_000));
    await hosts.clock.advance(1_000);
    await hosts.run(atPeripheral.disconnect());
    expect(await idleFailure).toBeInstanceOf(DisconnectedError);
    expect((await busyFailure)[0]).toBeInstanceOf(DisconnectedError);
  });

  test('that nobody uses errors when the link is lost', async () => {
    await using hosts = new Hosts();
    const { here, atPeripheral } = await channels(hosts);
    const failed = once(toDuplex(here), 'error');
    await hosts.run(atPeripheral.disconnect());
    expect((await failed)[0]).toBeInstanceOf(DisconnectedError);
  });

  test('fails a write after the peer has closed', async () => {
    await using hosts = new Hosts();
    const { here, there } = await channels(hosts);
    const duplex = toDuplex(here);
    await hosts.run(there.send(bytes(5)));
    await hosts.run(there.disconnect());
    const failed = once(duplex, 'error');
    duplex.write(Uint8Array.of(1));
    expect((await failed)[0]).toMatchObject({ reason: 0x13 });
  });
});

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { createAir, serve } from '../../../src/virtual/index.ts';
import { TestHost } from './test-host.ts';

const resetComplete = '040e0401030c00';

/** Reads until so many octets are there. */
const read = async (socket: Socket, length: number): Promise<string> => {
  let text = '';
  while (text.length < 2 * length) {
    const [chunk] = (await once(socket, 'data')) as [Uint8Array];
    text += toHex(chunk);
  }
  return text;
};

const dial = async (port: number | undefined): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port: port ?? 0 });
  await once(socket, 'connect');
  return socket;
};

describe('a host outside the process', () => {
  it('1. is answered over TCP, and a second one is turned away while it is there', async () => {
    await using server = await serve(createAir(), 'tcp:127.0.0.1:0');
    const first = await dial(server.port);
    first.write(HciCommand.reset.encode({}));
    expect(await read(first, 7)).toBe(resetComplete);
    const second = await dial(server.port);
    await once(second.resume(), 'close');
    const third = await dial(server.port);
    third.write(HciCommand.reset.encode({}));
    first.destroy();
    // The next host was here before the last had quite gone.
    expect(await read(third, 7)).toBe(resetComplete);
    third.destroy();
  });

  it('2. that stays is not disturbed by one that is turned away', async () => {
    await using server = await serve(createAir(), 'tcp:127.0.0.1:0');
    const first = await dial(server.port);
    const second = await dial(server.port);
    await once(second.resume(), 'close');
    first.write(HciCommand.reset.encode({}));
    expect(await read(first, 7)).toBe(resetComplete);
    first.destroy();
  });

  it('3. that goes away takes its links and its advertising with it', async () => {
    const air = createAir();
    await using server = await serve(air, 'tcp:127.0.0.1:0');
    const local = new TestHost(air.createController());
    await local.setUp();
    const host = await dial(server.port);
    const send = async (packet: Uint8Array): Promise<void> => {
      host.write(packet);
      await once(host, 'data');
    };
    await send(HciCommand.reset.encode({}));
    await send(HciCommand.leSetAdvertisingEnable.encode({ advertisingEnable: 1 }));
    const address = server.controller.address;
    if (address === undefined) throw new Error('no address');
    await local.connectTo(address);
    while (local.maybe(HciEvent.leEnhancedConnectionComplete) === undefined) await new Promise(setImmediate);
    host.destroy();
    let gone = local.maybe(HciEvent.disconnectionComplete);
    for (; gone === undefined; gone = local.maybe(HciEvent.disconnectionComplete))
      await new Promise(setImmediate);
    expect(gone).toMatchObject({ reason: 0x08 });
    // The next host finds a controller as new.
    const next = await dial(server.port);
    next.write(HciCommand.leReadFilterAcceptListSize.encode({}));
    await once(next, 'data');
    expect(server.controller.handles).toEqual([]);
    next.destroy();
    await local.transport.close();
  });

  it('4. that sends noise hears Hardware Error, and is served again after a Reset', async () => {
    await using server = await serve(createAir(), 'tcp:127.0.0.1:0');
    const host = await dial(server.port);
    host.write(Uint8Array.of(0x77, 0x77, 0x77));
    expect(await read(host, 4)).toBe('04100101');
    host.write(HciCommand.reset.encode({}));
    expect(await read(host, 7)).toBe(resetComplete);
    host.destroy();
  });

  it('5. that does not read holds back what is sent to it, and nobody else', async () => {
    const air = createAir();
    await using server = await serve(air, 'tcp:127.0.0.1:0');
    const local = new TestHost(air.createController());
    await local.setUp();
    const host = await dial(server.port);
    host.write(HciCommand.reset.encode({}));
    await once(host, 'data');
    host.write(HciCommand.leSetAdvertisingEnable.encode({ advertisingEnable: 1 }));
    await once(host, 'data');
    const address = server.controller.address;
    if (address === undefined) throw new Error('no address');
    await local.connectTo(address);
    while (local.maybe(HciEvent.leEnhancedConnectionComplete) === undefined) await new Promise(setImmediate);
    host.pause();
    // Far more than sockets hold: sent until the controller keeps what it has.
    let sent = 0;
    let credits = 8;
    const data = new Uint8Array(251);
    for (let idle = 0; idle < 30; ) {
      idle = credits > 0 ? 0 : idle + 1;
      for (; credits > 0; credits--, sent++) local.sendData(0, data);
      await new Promise((resolve) => (idle === 0 ? setImmediate(resolve) : setTimeout(resolve, 2)));
      for (const { completed } of local.all(HciEvent.numberOfCompletedPackets)) {
        for (const { numCompletedPackets } of completed) credits += numCompletedPackets;
      }
      if (sent > 200_000) throw new Error('nothing held it back');
    }
    expect(local.violations).toEqual([]);
    expect(local.controller.usedBuffers).toBe(8);
    host.resume();
    while (credits === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (const { completed } of local.all(HciEvent.numberOfCompletedPackets)) {
        for (const { numCompletedPackets } of completed) credits += numCompletedPackets;
      }
    }
    host.destroy();
    await local.transport.close();
  });
});

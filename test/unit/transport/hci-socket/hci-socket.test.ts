import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { TimeoutError, TransportError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { type HciSocketAddress, openHciSocket } from '../../../../src/transport/hci-socket/hci-socket.ts';
import type { HciSocketFault } from '../../../../src/transport/hci-socket/hci-socket-port.ts';
import { deferred, RecordingSink, reset, resetComplete } from '../recording-sink.ts';
import { FakeHciSocket, type FakeHciSocketOptions } from './fake-hci-socket.ts';

const opening = (options: FakeHciSocketOptions = {}, at: HciSocketAddress = {}) => {
  const socket = new FakeHciSocket(options);
  const clock = new ManualClock();
  return { socket, clock, opened: openHciSocket(at, { clock }, socket.load, 'linux') };
};

const started = async (options: FakeHciSocketOptions = {}) => {
  const { socket, clock, opened } = opening(options);
  const transport = await opened;
  const sink = new RecordingSink();
  transport.start(sink);
  await ticks();
  const hex = () => sink.packets.map((packet) => toHex(packet));
  return { socket, clock, transport, sink, hex };
};

const ticks = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
};

const failureOf = (opened: Promise<unknown>): Promise<unknown> => opened.catch((reason: unknown) => reason);

const hardwareError = (code: number): readonly number[] => [0x04, 0x10, 0x01, code];
const acl = (payload: number): Uint8Array =>
  Uint8Array.of(0x02, 0x40, 0x20, payload & 0xff, payload >> 8, ...new Uint8Array(payload).fill(0x5a));

describe('opening a user channel', () => {
  it.each<[HciSocketAddress, string, string]>([
    [{}, 'open 1', 'hci-socket:1'],
    [{ index: 4 }, 'open 4', 'hci-socket:4'],
  ])('takes the device of that number, or the first: %j', async (at, call, name) => {
    const { socket, opened } = opening({ devices: [10, 4, 1] }, at);
    const transport = await opened;
    expect([socket.log, transport.name]).toEqual([[call], name]);
    await transport.close();
    expect(socket.log).toEqual([call, 'close']);
  });

  it('says that it may be a controller on USB, and one that has its firmware', async () => {
    const { transport } = await started();
    expect([transport.eventLagMs, transport.bus]).toEqual([4, undefined]);
    await transport.close();
  });

  it.each<[HciSocketFault, readonly string[]]>([
    ['noDevice', ['Linux has no hci0', 'jelling adapters']],
    [
      'access',
      [
        'CAP_NET_ADMIN',
        'AmbientCapabilities=CAP_NET_ADMIN',
        'sudo env "PATH=$PATH" node PROGRAM',
        'sudo setcap cap_net_admin=ep "$(readlink -f "$(command -v node)")"',
      ],
    ],
    [
      'busy',
      ['in use', 'sudo systemctl stop bluetooth', 'bluetoothctl power off', 'sudo hciconfig hci0 down'],
    ],
    ['blocked', ['rfkill', 'sudo rfkill unblock bluetooth']],
    ['unsupported', ['no HCI sockets', 'sudo modprobe bluetooth', '--network=host']],
    ['other', ['errno of other']],
  ])('explains %s', async (fault, texts) => {
    const { socket, opened } = opening({ failOpen: [fault] });
    const error = await failureOf(opened);
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain('cannot open hci-socket:0: ');
    for (const text of texts) expect(String(error)).toContain(text);
    expect(socket.isOpen).toBe(false);
  });

  it.each<[FakeHciSocketOptions, HciSocketAddress, string]>([
    [{ devices: [] }, {}, 'Linux drives no Bluetooth controller'],
    [{ devices: [0] }, { index: 3 }, 'cannot open hci-socket:3: Linux has no hci3'],
    [{ failDevices: 'unsupported' }, {}, 'cannot open hci-socket: there are no HCI sockets here'],
  ])('says that none is there: %j %j', async (options, at, text) => {
    expect(String(await failureOf(opening(options, at).opened))).toContain(text);
  });

  it('is refused on another system before anything is loaded', async () => {
    const load = () => Promise.reject(new Error('loaded'));
    const opened = openHciSocket({}, { clock: new ManualClock() }, load, 'darwin');
    await expect(opened).rejects.toThrow('hci-socket is a way of Linux, and this is darwin');
  });

  it('passes on that the package is missing', async () => {
    const missing = new TransportError("hci-socket needs the package 'hci-socket'");
    const opened = openHciSocket({}, { clock: new ManualClock() }, () => Promise.reject(missing), 'linux');
    await expect(opened).rejects.toBe(missing);
  });

  it('waits for a device that the kernel is still setting up', async () => {
    const { socket, clock, opened } = opening({ failOpen: ['starting', 'starting'] });
    await ticks();
    expect(socket.log).toHaveLength(1);
    await clock.advance(100);
    await clock.advance(100);
    await (await opened).close();
    expect(socket.log).toEqual(['open 0', 'open 0', 'open 0', 'close']);
    expect(clock.pending).toBe(0);
  });

  it('does not wait for ever, and says for what', async () => {
    const socket = new FakeHciSocket({ failOpen: new Array<HciSocketFault>(200).fill('starting') });
    const clock = new ManualClock();
    const failure = failureOf(openHciSocket({}, { clock, timeoutMs: 250 }, socket.load, 'linux'));
    await ticks();
    await clock.advance(250);
    const error = await failure;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(String(error)).toContain('the kernel is still setting it up');
    expect(clock.pending).toBe(0);
  });

  it('opens nothing for a caller who has gone', async () => {
    const socket = new FakeHciSocket();
    const clock = new ManualClock();
    const loaded = deferred<FakeHciSocket>();
    const late = failureOf(openHciSocket({}, { clock, timeoutMs: 10 }, () => loaded.promise, 'linux'));
    await clock.advance(10);
    expect(await late).toBeInstanceOf(TimeoutError);
    loaded.resolve(socket);
    await ticks();
    expect(socket.log).toEqual([]);
  });
});

describe('packets of a user channel', () => {
  it('go out whole, one write for each, and are handed over at once', async () => {
    const { socket, transport } = await started();
    transport.send(reset());
    transport.send(acl(3));
    expect(socket.sent.map((packet) => toHex(packet))).toEqual(['01030c00', '02402003005a5a5a']);
    expect(transport.pendingBytes).toBe(0);
    expect(transport.counters['packetsSent']).toBe(2);
    await transport.close();
  });

  it('of a kind that no host sends stay here', async () => {
    const { socket, transport, sink } = await started();
    transport.send(Uint8Array.of(0x04, 0x10, 0x01, 0x00));
    transport.send(Uint8Array.of());
    expect(socket.sent).toEqual([]);
    expect(transport.counters['unknownIndicators']).toBe(2);
    expect(sink.ends).toEqual([]);
    await transport.close();
  });

  it('wait for room, in their order', async () => {
    const { socket, transport, clock } = await started();
    socket.room = 1;
    transport.send(reset());
    transport.send(acl(1));
    transport.send(acl(2));
    expect(transport.pendingBytes).toBe(13);
    await clock.advance(10);
    expect(socket.sent).toHaveLength(1);
    socket.room = Number.POSITIVE_INFINITY;
    await clock.advance(10);
    expect(socket.sent.map(({ length }) => length)).toEqual([4, 6, 7]);
    expect(transport.pendingBytes).toBe(0);
    expect(transport.counters['noRoom']).toBe(2);
    await transport.close();
    expect(clock.pending).toBe(0);
  });

  it('that a device never takes end it at a bound', async () => {
    const { socket, transport, sink } = await started();
    socket.room = 0;
    const packet = acl(1000);
    for (let i = 0; i < 9000; i++) transport.send(packet);
    expect(String(await sink.ended)).toMatch(/takes nothing, \d+ octets wait/);
    expect(transport.pendingBytes).toBe(0);
    expect(socket.isOpen).toBe(false);
  });

  it('that the kernel refuses end it, with the reason', async () => {
    const { socket, transport, sink } = await started();
    transport.send(acl(1024));
    const error = await sink.ended;
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain(
      'does not take a packet of 1029 octets: Buffer length must be between 4 and 1028',
    );
    expect(socket.log).toEqual(['open 0', 'close']);
    transport.send(reset());
    expect(socket.sent).toEqual([]);
  });

  it('come in as they are, and as plain octets', async () => {
    const { socket, transport, hex } = await started();
    socket.deliver(...resetComplete());
    socket.deliver(...acl(2));
    expect(hex()).toEqual(['040e0401030c00', '02402002005a5a']);
    await transport.close();
    const { socket: other, opened } = opening();
    const plain = await opened;
    const kinds: unknown[] = [];
    plain.start({
      packet: (packet) => kinds.push(packet.constructor),
      lostSync: () => {},
      closed: () => {},
    });
    await ticks();
    other.deliver(...resetComplete());
    expect(kinds).toEqual([Uint8Array]);
    await plain.close();
  });

  it.each([
    [[]],
    [[0x04, 0x10]],
    [[0x04, 0x10, 0x02, 0x00]],
    [[0x04, 0x10, 0x00, 0x00]],
    [[0x02, 0x40, 0x20, 0x01]],
    [[0x02, 0x40, 0x20, 0x02, 0x00, 0xaa]],
    [[0x01, 0x03, 0x0c, 0x00]],
    [[0xf0, 0x00, 0x00, 0x00]],
  ])('that are none are dropped and counted: %j', async (octets) => {
    const { socket, transport, sink } = await started();
    socket.deliver(...octets);
    expect([sink.packets, sink.losses]).toEqual([[], []]);
    expect(transport.counters['brokenPackets']).toBe(1);
    socket.deliver(...hardwareError(1));
    expect(sink.packets).toHaveLength(1);
    await transport.close();
  });

  it('that come before the start are not lost', async () => {
    const { socket, opened } = opening();
    const transport = await opened;
    socket.deliver(...hardwareError(1));
    const sink = new RecordingSink();
    transport.start(sink);
    socket.deliver(...hardwareError(2));
    await ticks();
    expect(sink.packets.map((packet) => packet[3])).toEqual([1, 2]);
    await transport.close();
  });

  it('are kept while it is paused, also by one of them, and come in their order', async () => {
    const { socket, transport, sink } = await started();
    transport.pause();
    for (let i = 0; i < 4; i++) socket.deliver(...hardwareError(i));
    expect(sink.packets).toEqual([]);
    const deliver = sink.packet.bind(sink);
    sink.packet = (packet) => {
      deliver(packet);
      if (packet[3] === 1) transport.pause();
    };
    transport.resume();
    expect(sink.packets.map((packet) => packet[3])).toEqual([0, 1]);
    socket.deliver(...hardwareError(4));
    transport.resume();
    expect(sink.packets.map((packet) => packet[3])).toEqual([0, 1, 2, 3, 4]);
    await transport.close();
  });

  it('that nobody reads are given up at a bound, until a Reset has gone through', async () => {
    const { socket, transport, sink, hex } = await started();
    transport.pause();
    const packet = [...acl(1000)];
    for (let i = 0; i < 4500; i++) socket.deliver(...packet);
    expect(sink.losses).toHaveLength(1);
    expect(sink.losses[0]).toMatch(/^\d+ octets that nobody has read$/);
    transport.resume();
    expect(sink.packets).toEqual([]);
    socket.deliver(...hardwareError(1));
    socket.deliver(...resetComplete());
    socket.deliver(...hardwareError(2));
    expect(hex()).toEqual(['040e0401030c00', '04100102']);
    expect(transport.counters).toMatchObject({ lostSync: 1, resynced: 1 });
    expect(transport.counters['droppedPackets']).toBe(4501);
    await transport.close();
  });
});

describe('the end of a user channel', () => {
  it('is told when the device goes, once', async () => {
    const { socket, transport, sink, clock } = await started();
    socket.room = 0;
    transport.send(reset());
    socket.unplug();
    const error = await sink.ended;
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain('the connection to hci-socket:0 is lost: it was unplugged');
    await transport.close();
    expect(sink.ends).toHaveLength(1);
    expect(socket.log).toEqual(['open 0', 'gone']);
    expect([transport.pendingBytes, clock.pending]).toEqual([0, 0]);
  });

  it('is told to who starts it late', async () => {
    const { socket, opened } = opening();
    const transport = await opened;
    socket.unplug();
    const sink = new RecordingSink();
    transport.start(sink);
    expect(await sink.ended).toBeInstanceOf(TransportError);
  });

  it('lets what was sent leave', async () => {
    const { socket, transport, sink, clock } = await started();
    socket.room = 0;
    transport.send(reset());
    const closed = transport.close();
    transport.send(acl(1));
    expect(socket.isOpen).toBe(true);
    socket.room = Number.POSITIVE_INFINITY;
    await clock.advance(10);
    await closed;
    expect(socket.sent.map(({ length }) => length)).toEqual([4]);
    expect(sink.ends).toEqual([undefined]);
    expect(clock.pending).toBe(0);
  });

  it('comes all the same where nothing leaves', async () => {
    const { socket, transport, sink, clock } = await started();
    socket.room = 0;
    transport.send(reset());
    const closed = transport.close();
    for (let i = 0; i < 25; i++) await clock.advance(10);
    await closed;
    expect([socket.isOpen, sink.ends, clock.pending]).toEqual([false, [undefined], 0]);
  });

  it('is not told of packets that come behind it', async () => {
    const { socket, transport, sink } = await started();
    const deliver = sink.packet.bind(sink);
    sink.packet = (packet) => {
      deliver(packet);
      socket.unplug();
    };
    transport.pause();
    socket.deliver(...hardwareError(1));
    socket.deliver(...hardwareError(2));
    transport.resume();
    expect(sink.packets).toHaveLength(1);
    await transport.close();
  });
});

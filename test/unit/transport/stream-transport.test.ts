import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { H4Protocol } from '../../../src/transport/h4-protocol.ts';
import { StreamTransport } from '../../../src/transport/stream-transport.ts';
import { RecordingSink, reset } from './recording-sink.ts';

const make = (stream = new PassThrough(), maxPendingBytes?: number) => {
  const releases: string[] = [];
  const transport = new StreamTransport({
    name: 'serial:/dev/ttyX',
    stream,
    protocol: (line) => new H4Protocol({ side: 'controller' }, line),
    advice: 'plug it in again',
    maxPendingBytes,
    release: async (how) => {
      releases.push(how);
      stream.destroy();
    },
  });
  return { stream, transport, releases, sink: new RecordingSink() };
};

describe('StreamTransport', () => {
  it('keeps what arrives before the start', async () => {
    const { transport, sink } = make();
    transport.send(reset());
    await new Promise(setImmediate);
    transport.start(sink);
    expect(toHex(await sink.next())).toBe('01030c00');
    await transport.close();
  });

  it('stays paused over the start when it was paused before', async () => {
    const { transport, sink } = make();
    transport.pause();
    transport.start(sink);
    transport.send(reset());
    await new Promise(setImmediate);
    expect(sink.packets).toHaveLength(0);
    transport.resume();
    await sink.next();
    await transport.close();
  });

  it('keeps what arrives when it is paused and resumed before the start', async () => {
    const { transport, sink } = make();
    transport.pause();
    transport.resume();
    transport.send(reset());
    await new Promise(setImmediate);
    transport.start(sink);
    expect(toHex(await sink.next())).toBe('01030c00');
    await transport.close();
  });

  it('tells of a loss before the start, after the start has returned', async () => {
    const { stream, transport, sink, releases } = make();
    stream.destroy(new Error('read EIO'));
    await new Promise(setImmediate);
    transport.start(sink);
    expect(sink.ends).toEqual([]);
    const error = await sink.ended;
    expect(error?.message).toBe(
      'the connection to serial:/dev/ttyX is lost: the line failed: read EIO; plug it in again',
    );
    expect(error?.cause).toBeInstanceOf(Error);
    expect(releases).toEqual(['atOnce']);
  });

  it('takes the error that a serial port gives its close event', async () => {
    const { stream, transport, sink } = make();
    transport.start(sink);
    stream.emit('close', new Error('bytes were lost'));
    expect((await sink.ended)?.message).toContain('the line failed: bytes were lost');
    await transport.close();
  });

  it('delivers nothing after a close from inside a delivery', async () => {
    const { stream, transport } = make();
    const packets: string[] = [];
    let closing: Promise<void> | undefined;
    transport.start({
      packet: (packet) => {
        packets.push(toHex(packet));
        closing = transport.close();
      },
      lostSync: () => {},
      closed: () => packets.push('closed'),
    });
    stream.write(Uint8Array.of(...reset(), ...reset()));
    await new Promise(setImmediate);
    await closing;
    expect(packets).toEqual(['01030c00', 'closed']);
  });

  it('lets go once, gently when nothing was lost', async () => {
    const { transport, sink, releases } = make();
    transport.start(sink);
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
    expect(releases).toEqual(['gently']);
    expect(sink.ends).toEqual([undefined]);
  });

  it('closes although letting go fails', async () => {
    const stream = new PassThrough();
    const transport = new StreamTransport({
      name: 'x',
      stream,
      protocol: (line) => new H4Protocol({ side: 'host' }, line),
      release: () => Promise.reject(new Error('EBADF')),
    });
    const sink = new RecordingSink();
    transport.start(sink);
    await transport.close();
    expect(sink.ends).toEqual([undefined]);
    stream.destroy();
  });

  it('counts what waits, in its own queue and in the stream', async () => {
    const { transport, releases } = make(new PassThrough({ highWaterMark: 4 }));
    transport.send(reset());
    transport.send(reset());
    expect(transport.pendingBytes).toBe(8);
    await new Promise(setImmediate);
    transport.send(reset());
    transport.send(reset());
    await new Promise(setImmediate);
    expect(transport.pendingBytes).toBe(16);
    await transport.close();
    expect(releases).toEqual(['gently']);
  });

  it('gives up a line that takes nothing', async () => {
    const { transport, sink } = make(new PassThrough({ highWaterMark: 4 }), 6);
    transport.start(sink);
    transport.pause();
    transport.send(reset());
    await new Promise(setImmediate);
    transport.send(reset());
    transport.send(reset());
    expect((await sink.ended)?.message).toContain('the other end does not read, 12 octets wait for it');
    await transport.close();
    expect(sink.ends).toHaveLength(1);
  });

  it('drops and counts noise, says so once, and goes on from the Reset', async () => {
    const { stream, transport, sink } = make();
    transport.start(sink);
    stream.write(Uint8Array.of(0xff, 0xfe, 0x04, 0x0e, 0x00, ...reset(), ...reset()));
    await sink.next();
    await sink.next();
    expect(sink.losses).toHaveLength(1);
    expect(transport.counters).toMatchObject({ lostSync: 1, resynced: 1, droppedOctets: 5 });
    await transport.close();
  });
});

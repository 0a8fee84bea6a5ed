import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { TimeoutError, TransportError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { systemClock } from '../../../../src/core/system-clock.ts';
import type { HciTransport } from '../../../../src/core/transport.ts';
import type { HostServer } from '../../../../src/transport/host-server.ts';
import { listenTcp, listenUnix } from '../../../../src/transport/socket/h4-server.ts';
import { openTcp } from '../../../../src/transport/socket/tcp.ts';
import { openUnix } from '../../../../src/transport/socket/unix.ts';
import { deferred, RecordingSink, reset, resetComplete } from '../recording-sink.ts';

const clock = systemClock;
const host = '127.0.0.1';
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const closing = <T extends { close(): Promise<void> }>(resource: T): T => {
  cleanups.push(() => resource.close());
  return resource;
};

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'jelling-test-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  return folder;
};

/** A server of bare sockets: what a controller that misbehaves is made of. */
const rawServer = async (onSocket: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('it should have rejected');
    },
    (error: unknown) => error,
  );

interface Pair {
  readonly server: HostServer;
  readonly hostSide: HciTransport;
  readonly hostSink: RecordingSink;
  readonly controllerSide: HciTransport;
  readonly controllerSink: RecordingSink;
}

const pairOver = async (
  listen: (onHost: (port: HciTransport) => void) => Promise<HostServer>,
  open: (server: HostServer) => Promise<HciTransport>,
): Promise<Pair> => {
  const accepted = deferred<HciTransport>();
  const controllerSink = new RecordingSink();
  const server = closing(
    await listen((port) => {
      port.start(controllerSink);
      accepted.resolve(port);
    }),
  );
  const hostSide = closing(await open(server));
  const hostSink = new RecordingSink();
  hostSide.start(hostSink);
  return { server, hostSide, hostSink, controllerSide: await accepted.promise, controllerSink };
};

const tcpPair = (): Promise<Pair> =>
  pairOver(
    (onHost) => listenTcp({ host, port: 0, clock }, onHost),
    (server) => openTcp({ host, port: server.port ?? 0 }, { clock }),
  );

describe('TCP', () => {
  it('carries packets both ways', async () => {
    const { hostSide, hostSink, controllerSide, controllerSink } = await tcpPair();
    hostSide.send(reset());
    expect(toHex(await controllerSink.next())).toBe('01030c00');
    controllerSide.send(resetComplete());
    expect(toHex(await hostSink.next())).toBe('040e0401030c00');
  });

  it('names both ends as a moniker', async () => {
    const { server, hostSide, controllerSide } = await tcpPair();
    expect(server.address).toBe(`tcp:127.0.0.1:${server.port}`);
    expect(hostSide.name).toBe(server.address);
    expect(controllerSide.name).toMatch(/^host from 127\.0\.0\.1:\d+ on tcp:127\.0\.0\.1:\d+$/);
  });

  it('sends in one write what was sent in one turn, awaiting code included', async () => {
    const { hostSide, controllerSink } = await tcpPair();
    const burst = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) {
        hostSide.send(reset());
        await Promise.resolve();
      }
    };
    await Promise.all([burst(), burst()]);
    expect(hostSide.pendingBytes).toBe(80);
    for (let i = 0; i < 20; i++) await controllerSink.next();
    expect(hostSide.counters['writes']).toBe(1);
    expect(hostSide.counters['packetsSent']).toBe(20);
    expect(hostSide.pendingBytes).toBe(0);
  });

  it('ends without an error on a local close, and tells the other end that it was lost', async () => {
    const { hostSide, hostSink, controllerSink } = await tcpPair();
    await Promise.all([hostSide.close(), hostSide.close()]);
    expect(hostSink.ends).toEqual([undefined]);
    const error = await controllerSink.ended;
    expect(error).toBeInstanceOf(TransportError);
    expect(error?.message).toContain('the other end closed it');
  });

  it('delivers what was sent before the close', async () => {
    const { hostSide, controllerSink } = await tcpPair();
    hostSide.send(reset());
    await hostSide.close();
    expect(toHex(await controllerSink.next())).toBe('01030c00');
  });

  it('is silent after its end', async () => {
    const { hostSide, hostSink, controllerSide } = await tcpPair();
    await controllerSide.close();
    await hostSink.ended;
    hostSide.send(reset());
    hostSide.pause();
    hostSide.resume();
    hostSide.ref();
    hostSide.unref();
    await hostSide.close();
    expect(hostSink.ends).toHaveLength(1);
    expect(hostSide.pendingBytes).toBe(0);
  });

  it('reports a loss once, as an error that says what to do', async () => {
    const port = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const transport = closing(await openTcp({ host, port }, { clock }));
    const sink = new RecordingSink();
    transport.start(sink);
    transport.send(reset());
    const error = await sink.ended;
    expect(error).toBeInstanceOf(TransportError);
    expect(error?.message).toMatch(
      /^the connection to tcp:127\.0\.0\.1:\d+ is lost: .*; check that the controller runs/,
    );
    await transport.close();
    expect(sink.ends).toHaveLength(1);
  });

  it('stops reading while paused', async () => {
    const { hostSide, hostSink, controllerSide, controllerSink } = await tcpPair();
    hostSide.pause();
    controllerSide.send(resetComplete());
    hostSide.send(reset());
    await controllerSink.next();
    expect(hostSink.packets).toHaveLength(0);
    hostSide.resume();
    await hostSink.next();
  });

  it('gives up a peer that never reads', async () => {
    const port = await rawServer((socket) => socket.pause());
    const transport = closing(await openTcp({ host, port }, { clock }));
    const sink = new RecordingSink();
    transport.start(sink);
    const packet = new Uint8Array(64 * 1024);
    const feed = (): void => {
      if (sink.ends.length > 0) return;
      for (let i = 0; i < 64; i++) transport.send(packet);
      setImmediate(feed);
    };
    feed();
    const error = await sink.ended;
    expect(error?.message).toMatch(/the other end does not read, \d+ octets wait for it/);
  });

  it('closes in bounded time although the other end keeps its half open', async () => {
    const socketEnd = deferred<void>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      socket.resume();
      socket.on('end', () => socketEnd.resolve());
      cleanups.push(async () => socket.destroy());
    });
    await new Promise<void>((resolve) => {
      server.listen(0, host, resolve);
    });
    cleanups.push(async () => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const manual = new ManualClock();
    const transport = await openTcp({ host, port }, { clock: manual });
    const closed = transport.close();
    await socketEnd.promise;
    expect(manual.pending).toBe(1);
    await manual.advance(250);
    await closed;
    expect(manual.pending).toBe(0);
  });

  it('says that nobody listens', async () => {
    const server = await listenTcp({ host, port: 0, clock }, () => {});
    const { port } = server;
    await server.close();
    const error = await rejection(openTcp({ host, port: port ?? 0 }, { clock }));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain(
      `cannot connect to tcp:127.0.0.1:${port}: ECONNREFUSED: nobody listens there`,
    );
  });

  it('says that the name is unknown', async () => {
    const error = await rejection(openTcp({ host: 'no-such-host.invalid', port: 1 }, { clock }));
    expect(String(error)).toMatch(/the host name (is not known|cannot be resolved)/);
  });

  it('writes an IPv6 address as a moniker does', async () => {
    const error = await rejection(openTcp({ host: '::1', port: 1 }, { clock }));
    expect(String(error)).toContain('cannot connect to tcp:[::1]:1: ');
  });

  it('obeys deadline and abort, leaving nothing behind', async () => {
    const manual = new ManualClock();
    const reason = new Error('changed my mind');
    const aborted = AbortSignal.abort(reason);
    expect(await rejection(openTcp({ host, port: 9 }, { clock: manual, signal: aborted }))).toBe(reason);

    const controller = new AbortController();
    const port = await rawServer(() => {});
    const opening = openTcp({ host, port }, { clock: manual, signal: controller.signal });
    controller.abort(reason);
    expect(await rejection(opening)).toBe(reason);

    const late = rejection(openTcp({ host, port }, { clock: manual, timeoutMs: 50 }));
    await manual.advance(50);
    const error = await late;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(String(error)).toContain(`timed out after 50 ms while connecting to tcp:127.0.0.1:${port}`);
    expect(manual.pending).toBe(0);
  });

  it('says that the port is taken', async () => {
    const first = closing(await listenTcp({ host, port: 0, clock }, () => {}));
    const error = await rejection(listenTcp({ host, port: first.port ?? 0, clock }, () => {}));
    expect(String(error)).toContain('EADDRINUSE: something listens there already');
  });

  it('ends every line when the server closes', async () => {
    const { server, hostSink, controllerSink } = await tcpPair();
    await Promise.all([server.close(), server.close()]);
    expect(controllerSink.ends).toEqual([undefined]);
    expect(await hostSink.ended).toBeInstanceOf(TransportError);
  });

  it('drops what comes from a host that speaks no H4, until it resets', async () => {
    const sink = new RecordingSink();
    const server = closing(await listenTcp({ host, port: 0, clock }, (port) => port.start(sink)));
    const socket = connect(server.port ?? 0, host);
    cleanups.push(async () => socket.destroy());
    socket.write('GET / HTTP/1.1\r\n\r\n');
    socket.write(reset());
    expect(toHex(await sink.next())).toBe('01030c00');
    expect(sink.losses).toEqual(['0x47 where a packet indicator belongs (47 45 54 20 2f 20 48 54)']);
  });
});

describe('Unix sockets', () => {
  it('carry packets both ways', async () => {
    const path = join(await temporaryFolder(), 'hci');
    const { hostSide, controllerSink, server } = await pairOver(
      (onHost) => listenUnix({ path, clock }, onHost),
      () => openUnix({ path }, { clock }),
    );
    hostSide.send(reset());
    expect(toHex(await controllerSink.next())).toBe('01030c00');
    expect(server.address).toBe(`unix:${path}`);
    expect(server.port).toBeUndefined();
  });

  it('replace a socket file that nobody serves, and no other', async () => {
    const path = join(await temporaryFolder(), 'hci');
    const first = await listenUnix({ path, clock }, () => {});
    const taken = await rejection(listenUnix({ path, clock }, () => {}));
    expect(String(taken)).toContain('EADDRINUSE');
    await first.close();

    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'precious');
    expect(String(await rejection(listenUnix({ path: file, clock }, () => {})))).toContain('EADDRINUSE');
  });

  it('say that the path is wrong', async () => {
    const error = await rejection(openUnix({ path: '/nonexistent/hci' }, { clock }));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain('cannot connect to unix:/nonexistent/hci: ENOENT: there is no such path');
  });
});

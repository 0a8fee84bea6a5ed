import { lstat, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { HciTransport } from '../../core/transport.ts';
import { connectFailure, systemCodeOf } from '../connect-failure.ts';
import { H4Protocol } from '../h4-protocol.ts';
import type { HostServer, OnHost } from '../host-server.ts';
import { StreamTransport } from '../stream-transport.ts';
import { listening } from './listening.ts';
import { releaseSocket } from './socket.ts';
import { tcpName } from './tcp.ts';

export interface ListenTcpOptions {
  readonly host: string;
  /** 0 lets the system choose: see `HostServer.port`. */
  readonly port: number;
  readonly clock: Clock;
}

export interface ListenUnixOptions {
  readonly path: string;
  readonly clock: Clock;
}

class SocketServer implements HostServer {
  readonly address: string;
  readonly port: number | undefined;
  readonly #server: Server;
  readonly #ports: ReadonlySet<HciTransport>;
  #closing: Promise<void> | undefined;

  constructor(server: Server, address: string, port: number | undefined, ports: ReadonlySet<HciTransport>) {
    this.#server = server;
    this.address = address;
    this.port = port;
    this.#ports = ports;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const over = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await Promise.all([...this.#ports].map((port) => port.close()));
    await over;
  }
}

const serve = async (
  at: { host?: string; port?: number; path?: string },
  makeAddress: (server: Server) => { address: string; port: number | undefined },
  clock: Clock,
  onHost: OnHost,
): Promise<HostServer> => {
  const ports = new Set<HciTransport>();
  let address = '';
  const server = createServer({ noDelay: true }, (socket: Socket) => {
    const peer =
      socket.remoteAddress === undefined ? '' : ` from ${socket.remoteAddress}:${socket.remotePort}`;
    const port = new StreamTransport({
      name: `host${peer} on ${address}`,
      stream: socket,
      protocol: (line) => new H4Protocol({ side: 'controller' }, line),
      advice: 'the host may connect again',
      release: (how) => releaseSocket(socket, clock, how).finally(() => ports.delete(port)),
    });
    ports.add(port);
    onHost(port);
  });
  await listening(server, at);
  const place = makeAddress(server);
  address = place.address;
  return new SocketServer(server, place.address, place.port, ports);
};

/** Serves the controller's side of H4 on a TCP port, to any number of hosts. Rejects with TransportError. */
export const listenTcp = async (options: ListenTcpOptions, onHost: OnHost): Promise<HostServer> => {
  const { host, port, clock } = options;
  const makeAddress = (server: Server): { address: string; port: number } => {
    const bound = server.address();
    const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
    return { address: tcpName({ host, port: actual }), port: actual };
  };
  try {
    return await serve({ host, port }, makeAddress, clock, onHost);
  } catch (error) {
    throw connectFailure(`cannot listen on ${tcpName({ host, port })}`, error);
  }
};

/** Removes the socket file that a program left behind when it died; keeps one that is served. */
const removeStale = async (path: string): Promise<boolean> => {
  // Connecting to a plain file is refused as connecting to an orphaned socket is.
  if (!(await lstat(path)).isSocket()) return false;
  const stale = await new Promise<boolean>((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error) => resolve(systemCodeOf(error) === 'ECONNREFUSED'));
  });
  if (stale) await rm(path, { force: true });
  return stale;
};

/** The same on a Unix socket. A socket file that nobody listens on any more is replaced. */
export const listenUnix = async (options: ListenUnixOptions, onHost: OnHost): Promise<HostServer> => {
  const { path, clock } = options;
  const makeAddress = (): { address: string; port: undefined } => ({
    address: `unix:${path}`,
    port: undefined,
  });
  const listen = (): Promise<HostServer> => serve({ path }, makeAddress, clock, onHost);
  try {
    return await listen().catch(async (error: unknown) => {
      if (systemCodeOf(error) === 'EADDRINUSE' && (await removeStale(path))) return listen();
      throw error;
    });
  } catch (error) {
    throw connectFailure(`cannot listen on unix:${path}`, error);
  }
};

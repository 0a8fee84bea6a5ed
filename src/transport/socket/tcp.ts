import type { HciTransport } from '../../core/transport.ts';
import type { OpenTransportOptions } from '../open-options.ts';
import { connectSocket } from './connect-socket.ts';

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** After so long without a word the other end is asked whether it is still there: a host that lost its power says no goodbye. */
const KEEP_ALIVE_MS = 30_000;

/** `tcp:127.0.0.1:9001`, `tcp:[::1]:9001`. */
export const tcpName = (at: TcpAddress): string =>
  `tcp:${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`;

/** A controller that speaks H4 on a TCP port. Rejects with TransportError, TimeoutError or the reason of the abort. */
export const openTcp = (at: TcpAddress, options: OpenTransportOptions): Promise<HciTransport> =>
  connectSocket(
    tcpName(at),
    { host: at.host, port: at.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
    options,
  );

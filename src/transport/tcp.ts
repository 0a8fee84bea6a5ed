import type { HciTransport } from '../core/transport.ts';
import { connectSocket } from './connect-socket.ts';
import type { OpenTransportOptions } from './open-options.ts';

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** A controller that speaks H4 on a TCP port. Rejects with TransportError, TimeoutError or the reason of the abort. */
export const openTcp = (at: TcpAddress, options: OpenTransportOptions): Promise<HciTransport> =>
  connectSocket(
    `tcp:${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`,
    { host: at.host, port: at.port, noDelay: true },
    options,
  );

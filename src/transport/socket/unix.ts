import type { HciTransport } from '../../core/transport.ts';
import type { OpenTransportOptions } from '../open-options.ts';
import { connectSocket } from './connect-socket.ts';

export interface UnixAddress {
  readonly path: string;
}

/** A controller that speaks H4 on a Unix socket, as BlueZ's btproxy does. Rejects with TransportError, TimeoutError or the reason of the abort. */
export const openUnix = (at: UnixAddress, options: OpenTransportOptions): Promise<HciTransport> =>
  connectSocket(`unix:${at.path}`, { path: at.path }, options);

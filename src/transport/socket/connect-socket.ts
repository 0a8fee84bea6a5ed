import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { procedure } from '../../core/procedure.ts';
import type { HciTransport } from '../../core/transport.ts';
import { connectFailure } from '../connect-failure.ts';
import { H4Protocol } from '../h4-protocol.ts';
import { OPEN_TIMEOUT_MS, type OpenTransportOptions } from '../open-options.ts';
import { StreamTransport } from '../stream-transport.ts';
import { releaseSocket } from './socket.ts';

/** Connects to a controller behind a socket. Rejects with TransportError, TimeoutError or the reason of the abort; the socket is closed by then. */
export const connectSocket = async (
  name: string,
  at: NetConnectOpts,
  options: OpenTransportOptions,
): Promise<HciTransport> => {
  const { clock } = options;
  const socket = await procedure<Socket>(
    {
      what: `connecting to ${name}`,
      clock,
      defaultTimeoutMs: OPEN_TIMEOUT_MS,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      hint: () => 'the other end does not answer; check the address, the network and its firewall',
    },
    (settle) => {
      const connecting = connect(at);
      const fail = (error: Error): void => settle.reject(connectFailure(`cannot connect to ${name}`, error));
      connecting.once('error', fail);
      connecting.once('connect', () => {
        connecting.off('error', fail);
        settle.resolve(connecting);
      });
      return () => releaseSocket(connecting, clock, 'atOnce');
    },
  );
  return new StreamTransport({
    name,
    stream: socket,
    protocol: (line) => new H4Protocol({ side: 'host' }, line),
    release: (how) => releaseSocket(socket, clock, how),
  });
};

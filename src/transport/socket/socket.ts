import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { procedure } from '../../core/procedure.ts';

/** How long the other end is given to take the last octets and close its half. On a live machine it takes a millisecond. */
const SOCKET_CLOSE_MS = 250;

/**
 * Closes a socket: our half first, so that what was written last is not lost to a reset of the connection, then all of it.
 * Resolves when the descriptor is closed; never rejects.
 */
export const releaseSocket = async (
  socket: Socket,
  clock: Clock,
  how: 'gently' | 'atOnce',
): Promise<void> => {
  if (socket.closed) return;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  // From here on nobody is interested in what the other end says, and a failing socket is a closed one.
  socket.on('error', () => undefined);
  if (how === 'gently' && !socket.destroyed) {
    socket.removeAllListeners('data');
    socket.end();
    socket.resume();
    await procedure<void>(
      { what: 'closing a socket', clock, defaultTimeoutMs: SOCKET_CLOSE_MS },
      (settle) => {
        socket.once('close', () => settle.resolve());
        return undefined;
      },
    ).catch(() => undefined);
  }
  socket.destroy();
  await closed;
};

import type { Server } from 'node:net';

/** Resolves when the server listens; rejects where it cannot. */
export const listening = (
  server: Server,
  options: { host?: string; port?: number; path?: string },
): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      // A connection that could not be accepted, for want of descriptors, is the loss of who connected.
      server.on('error', () => undefined);
      resolve();
    });
  });

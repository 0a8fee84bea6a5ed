import type { Clock } from '../core/clock.ts';
import { procedure } from '../core/procedure.ts';
import type { HciTransport } from '../core/transport.ts';

/** Makes a transport in the place of one that is lost. Called again after each failure. What comes when the signal has aborted is closed. */
export type TransportMaker = (options: {
  readonly signal: AbortSignal;
}) => HciTransport | Promise<HciTransport>;

/** What the user's function makes. Nobody waits for one that does not give up when it should. */
export const madeBy = (make: TransportMaker, clock: Clock, signal: AbortSignal): Promise<HciTransport> =>
  procedure<HciTransport>(
    {
      what: 'making a transport',
      clock,
      signal,
      defaultTimeoutMs: Number.POSITIVE_INFINITY,
    },
    (settle) => {
      const making = Promise.resolve().then(() => make({ signal }));
      making.then(settle.resolve, settle.reject);
      return () => {
        making.then(
          (late) => late.close(),
          () => undefined,
        );
      };
    },
  );

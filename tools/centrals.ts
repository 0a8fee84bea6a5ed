import type { Adapter, Advertising, Connection } from 'jelling';
import type { Output } from './output.ts';
import { printable } from './text.ts';

export interface CentralsOptions {
  readonly ble: Adapter;
  readonly advertising: Advertising<Connection>;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** What is advertised, for people: `serving ./docs as files`. */
  readonly what: string;
  /** The same for programs. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** End when the first central has gone. */
  readonly once?: boolean | undefined;
  /** Where it is told: as `data` unless standard output is for something else. */
  readonly tell?: 'data' | 'note' | undefined;
  /** Works with a central; never rejects. With `once` it is waited for. */
  readonly onConnection?: ((connection: Connection) => Promise<void>) | undefined;
}

/** Takes one central after the other and says who comes and goes, until the advertising ends. */
export const serveCentrals = async (options: CentralsOptions): Promise<void> => {
  const { advertising, signal, once } = options;
  let next = advertising.next();
  // Why it cannot begin is told by next().
  advertising.started({ signal }).then(
    () => sayReady(options),
    () => undefined,
  );
  for (;;) {
    const { value: connection, done } = await next;
    if (done === true) return;
    const work = options.onConnection?.(connection);
    const gone = Promise.all([follow(options, connection), work]).then(() => undefined);
    if (once === true) return gone;
    next = advertising.next();
  }
};

const sayReady = ({ ble, output, what, fields, tell = 'data' }: CentralsOptions): void => {
  const { address, addressType } = ble;
  output[tell]({ event: 'ready', address, addressType, ...fields }, () =>
    printable(`ready: ${what} as ${address} (${addressType})`),
  );
  output.remark(output.noteStyle('dim', 'Ctrl-C ends it'));
};

/** Tells of a central from its coming to its going. */
const follow = async ({ output, tell = 'data' }: CentralsOptions, connection: Connection): Promise<void> => {
  const { address, addressType } = connection.device;
  output[tell]({ event: 'connected', address, addressType }, () => `${address} has connected`);
  try {
    const { reason, message } = await connection.disconnected();
    output[tell]({ event: 'disconnected', address, addressType, reason }, () => message);
  } catch {
    // The adapter is lost: the wait for the next central says so.
  }
};

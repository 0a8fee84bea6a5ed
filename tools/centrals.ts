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
}

/** Takes one central after the other and says who comes and goes, until the advertising ends. */
export const serveCentrals = async (options: CentralsOptions): Promise<void> => {
  const { advertising, output, signal, once } = options;
  let next = advertising.next();
  // Why it cannot begin is told by next().
  advertising.started({ signal }).then(
    () => sayReady(options),
    () => undefined,
  );
  for (;;) {
    const { value: connection, done } = await next;
    if (done === true) return;
    const gone = follow(output, connection);
    if (once === true) return gone;
    next = advertising.next();
  }
};

const sayReady = ({ ble, output, what, fields }: CentralsOptions): void => {
  const { address, addressType } = ble;
  output.data({ event: 'ready', address, addressType, ...fields }, () =>
    printable(`ready: ${what} as ${address} (${addressType})`),
  );
  output.remark(output.noteStyle('dim', 'Ctrl-C ends it'));
};

/** Tells of a central from its coming to its going. */
const follow = async (output: Output, connection: Connection): Promise<void> => {
  const { address, addressType } = connection.device;
  output.data({ event: 'connected', address, addressType }, () => `${address} has connected`);
  try {
    const { reason, message } = await connection.disconnected();
    output.data({ event: 'disconnected', address, addressType, reason }, () => message);
  } catch {
    // The adapter is lost: the wait for the next central says so.
  }
};

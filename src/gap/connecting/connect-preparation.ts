import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import { gattLink } from '../../gatt/server/connection-ref.ts';
import type { Connection } from '../link/connection.ts';

export interface Preparation {
  readonly clock: Clock;
  readonly log: Log;
  /** When the caller's deadline is over, on the clock. */
  readonly endMs: number;
  readonly signal: AbortSignal | undefined;
  readonly exchangeMtu: boolean;
  readonly encrypt: boolean;
}

/** A caller that leaves at least this to a step leaves it its own deadline. */
const LONG_FOR_AN_ENCRYPTION_MS = 5_000;
const LONG_FOR_AN_EXCHANGE_MS = 1_000;

/**
 * What a central does with a new link before its user has it. A bonded peer shows first that it has the key; one that cannot is still there, to be paired with anew, and is
 * asked for nothing. One that will not exchange the MTU keeps the default; it is as good a link as any. Whoever aborts meanwhile does not want the link.
 */
export const prepareConnection = async (connection: Connection, preparation: Preparation): Promise<void> => {
  const { clock, log, endMs, signal, exchangeMtu, encrypt } = preparation;
  const step = async (
    without: string,
    longMs: number,
    work: (wait: WaitOptions) => Promise<unknown>,
  ): Promise<void> => {
    const leftMs = Math.max(1, endMs - clock.now());
    try {
      await work({ timeoutMs: leftMs < longMs ? leftMs : undefined, signal });
    } catch (error) {
      if (signal?.aborted === true) {
        await connection[Symbol.asyncDispose]();
        throw signal.reason;
      }
      connection[gattLink].scope.check();
      log.write('warn', 'gap', () => `${without} with ${connection.device}: ${String(error)}`);
    }
  };
  connection.provesFirst = encrypt;
  if (encrypt && connection.security.bonded)
    await step('no encryption', LONG_FOR_AN_ENCRYPTION_MS, (wait) => connection.encrypt(wait));
  if (exchangeMtu)
    await step('no MTU exchange', LONG_FOR_AN_EXCHANGE_MS, (wait) => connection.exchangeMtu(wait));
};

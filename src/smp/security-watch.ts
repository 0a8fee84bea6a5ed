import type { Clock } from '../core/clock.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';

export interface SecurityWatchOptions {
  readonly clock: Clock;
  readonly scope: WaitScope;
  /** The peer, for messages. */
  readonly peer: () => string;
}

type Outcome = { readonly kind: 'changed' } | { readonly kind: 'failed'; readonly error: Error };

/**
 * Those who wait for what becomes of the security of a link, whoever wanted it. The last outcome that nobody has waited for is kept for the next who asks: a central may
 * encrypt, or fail to, in the turn in which it connects.
 */
export class SecurityWatch {
  readonly #options: SecurityWatchOptions;
  readonly #waiting = new Set<Settle<void>>();
  #untold: Outcome | undefined;

  constructor(options: SecurityWatchOptions) {
    this.#options = options;
  }

  /** Resolves or rejects with what is told next, or has been told to nobody. */
  next({ timeoutMs, signal }: WaitOptions): Promise<void> {
    const { clock, scope, peer } = this.#options;
    return procedure<void>(
      {
        what: `waiting for a change of the security of the link to ${peer()}`,
        clock,
        scope,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs,
        signal,
      },
      (settle) => {
        this.#waiting.add(settle);
        const untold = this.#untold;
        if (untold !== undefined) this.#tell(untold);
        return () => void this.#waiting.delete(settle);
      },
    );
  }

  /** The link is encrypted with the key of a bond, or a pairing is complete. */
  changed(): void {
    this.#tell({ kind: 'changed' });
  }

  /** A pairing or an encryption has failed, or was refused. */
  failed(error: Error): void {
    this.#tell({ kind: 'failed', error });
  }

  #tell(outcome: Outcome): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#untold = waiting.length === 0 ? outcome : undefined;
    for (const settle of waiting) {
      if (outcome.kind === 'changed') settle.resolve();
      else settle.reject(outcome.error);
    }
  }
}

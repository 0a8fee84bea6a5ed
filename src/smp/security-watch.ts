import type { Clock } from '../core/clock.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import type { KeyStrength } from './bond-making.ts';

/** What protects a link at present. */
export interface LinkProtection extends KeyStrength {
  readonly encrypted: boolean;
  /** The keys are kept for the next link. */
  readonly bonded: boolean;
}

/** What has brought a link its security: a pairing, or the keys of a bond that there was. */
export type SecurityCause = 'pairing' | 'bond';

export interface SecurityNews extends LinkProtection {
  readonly by: SecurityCause;
}

type Outcome =
  | { readonly kind: 'changed'; readonly news: SecurityNews }
  | { readonly kind: 'failed'; readonly error: Error };

export interface SecurityWatchOptions {
  readonly clock: Clock;
  readonly scope: WaitScope;
  /** The peer, for messages. */
  readonly peer: () => string;
}

/**
 * Those who wait for what becomes of the security of a link, whoever wanted it. The last outcome that nobody has waited for is kept for the next who asks: a central may
 * encrypt, or fail to, in the turn in which it connects. One that pairs may be gone before the bond with it is kept: that is told all the same.
 */
export class SecurityWatch {
  readonly #options: SecurityWatchOptions;
  readonly #waiting = new Set<Settle<SecurityNews>>();
  #untold: Outcome | undefined;
  /** A pairing is complete, and its bond is not kept yet. */
  #isKeeping = false;

  constructor(options: SecurityWatchOptions) {
    this.#options = options;
    options.scope.add(() => this.#dismiss());
  }

  /** Resolves or rejects with what is told next, or has been told to nobody. */
  next({ timeoutMs, signal }: WaitOptions): Promise<SecurityNews> {
    const { clock, peer } = this.#options;
    return procedure<SecurityNews>(
      {
        what: `waiting for a change of the security of the link to ${peer()}`,
        clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs,
        signal,
      },
      (settle) => {
        this.#waiting.add(settle);
        const untold = this.#untold;
        if (untold !== undefined) this.#tell(untold);
        else this.#dismiss();
        return () => void this.#waiting.delete(settle);
      },
    );
  }

  /** A pairing is complete: what is told of it waits until its bond is kept. */
  keeping(): void {
    this.#isKeeping = true;
  }

  /** A pairing is complete and its bond kept, or the link is encrypted with the key of a bond. */
  changed(by: SecurityCause, protection: LinkProtection): void {
    this.#tell({ kind: 'changed', news: { ...protection, by } });
  }

  /** A pairing or an encryption has failed, or was refused. */
  failed(error: Error): void {
    this.#tell({ kind: 'failed', error });
  }

  #tell(outcome: Outcome): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#isKeeping = false;
    this.#untold = waiting.length === 0 ? outcome : undefined;
    for (const settle of waiting) {
      if (outcome.kind === 'changed') settle.resolve(outcome.news);
      else settle.reject(outcome.error);
    }
  }

  /** Where the link has ended nothing more follows. */
  #dismiss(): void {
    const { error } = this.#options.scope;
    if (error === undefined || this.#isKeeping) return;
    for (const settle of [...this.#waiting]) settle.reject(error);
    this.#waiting.clear();
  }
}

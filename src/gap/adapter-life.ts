import type { Clock } from '../core/clock.ts';
import { Listeners } from '../core/listeners.ts';
import type { Log } from '../core/log.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import { WaitScope } from '../core/wait-scope.ts';

/** `lost`: there is no controller, and it is being looked for. `closed`: there will be none. */
export type AdapterState = 'ready' | 'lost' | 'closed';

/** Told of each change, with the error that it came by. */
export type StateListener = (state: AdapterState, error: Error | undefined) => void;

/** What has become of an adapter, from its first controller to its end. */
export class AdapterLife {
  /** Ends with it. */
  readonly scope = new WaitScope();
  readonly #clock: Clock;
  readonly #listeners: Listeners<Parameters<StateListener>>;
  #state: AdapterState = 'ready';
  #error: Error | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#listeners = new Listeners(log, 'gap');
  }

  get state(): AdapterState {
    return this.#state;
  }

  /** The function returned takes it back. */
  on(listener: StateListener): () => void {
    return this.#listeners.add(listener);
  }

  lost(error: Error): void {
    this.#become('lost', error);
  }

  back(): void {
    this.#become('ready', undefined);
  }

  /** Ends all that lasts as long as the adapter. The first error counts. */
  end(error: Error): void {
    if (this.#state === 'closed') return;
    this.scope.end(error);
    this.#become('closed', error);
  }

  /** See `Adapter.ready()`. */
  ready(options: WaitOptions): Promise<void> {
    let leave: (() => void) | undefined;
    const ready = procedure<void>(
      {
        what: 'waiting for the controller to come back',
        clock: this.#clock,
        scope: this.scope,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        hint: () => this.#error?.message ?? 'it is there',
      },
      (settle) => {
        if (this.#state === 'ready') settle.resolve();
        else leave = this.on((state) => state === 'ready' && settle.resolve());
        return undefined;
      },
    );
    const over = (): void => leave?.();
    ready.then(over, over);
    return ready;
  }

  #become(state: AdapterState, error: Error | undefined): void {
    this.#state = state;
    this.#error = error;
    this.#listeners.tell(state, error);
  }
}

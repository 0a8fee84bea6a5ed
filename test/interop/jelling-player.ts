/** Our host as one side of a pair. It works in the runner's own process, and says what it saw in the lines of all the others. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Adapter,
  type Connection,
  MemoryBondStore,
  MemoryIdentityStore,
  type OpenOptions,
  open,
} from 'jelling';
import { type Part, Player } from './player.ts';
import type { Seen, Told } from './report.ts';

const stepMs = 5_000;

export abstract class JellingPlayer extends Player {
  protected readonly part: Part;
  readonly #stopping = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(part: Part) {
    super();
    this.part = part;
  }

  /** To be called once the player is made. */
  protected begin(): void {
    this.#work = this.#play().then(
      () => this.end(undefined),
      (error: unknown) => this.end(String(error)),
    );
  }

  async #play(): Promise<void> {
    const { role, capture } = this.part;
    // The foreign controllers have no address of their own, and two hosts must not share one that was kept.
    await using adapter = await open(await this.place(), {
      name: `interop-${role}`,
      snoop: capture,
      identityStore: new MemoryIdentityStore(),
      bonds: new MemoryBondStore(),
      ...this.options,
      signal: this.signal,
    });
    await this.play(adapter);
    this.take({ event: 'done' });
  }

  /** What this side needs of its adapter beside what all do. */
  protected get options(): OpenOptions {
    return {};
  }

  /** To be overridden by whoever has something to hear. */
  override hear(_told: Told): void {}

  protected tell(told: Told): void {
    this.take({ event: 'tells', told });
  }

  /** Aborts when the runner has no more use for this player. */
  protected get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Where this side finds its controller. */
  protected place(): Promise<string> {
    return Promise.resolve(this.part.place);
  }

  /** Goes through everything that this side has to do. */
  protected abstract play(adapter: Adapter): Promise<void>;

  protected saw(procedure: string, seen: Seen): void {
    this.take({ event: 'saw', procedure, seen });
  }

  /** Runs a procedure of this pair under a deadline and reports how it failed, so that the next one is still tried. */
  protected async step<T>(
    procedure: string,
    work: () => Promise<T>,
    timeoutMs = stepMs,
  ): Promise<T | undefined> {
    if (!this.part.rows.includes(procedure)) return undefined;
    const over = new AbortController();
    const late = sleep(timeoutMs, undefined, { signal: over.signal }).then(() => {
      throw new Error(`not done within ${timeoutMs} ms`);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      this.take({ event: 'failed', procedure, error: String(error) });
      return undefined;
    } finally {
      late.catch(() => {});
      over.abort();
    }
  }

  override async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped by the runner'));
    await this.#work;
  }
}

/** The reason that this side was given for the end of a link. */
export const reasonOf = async (connection: Connection, signal: AbortSignal): Promise<number> =>
  (await connection.disconnected({ signal })).reason;

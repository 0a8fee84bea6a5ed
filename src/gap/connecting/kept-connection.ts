import { onAbort } from '../../core/abort.ts';
import type { Clock } from '../../core/clock.ts';
import { InvalidStateError, TransportError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { procedure, type Settle, type WaitOptions } from '../../core/procedure.ts';
import { WaitScope } from '../../core/wait-scope.ts';
import { backOffMs, failuresAfter } from '../back-off.ts';
import type { ConnectOptions, Device } from '../device.ts';
import type { Connection } from '../link/connection.ts';
import type { ConnectParameters } from './connect-parameters.ts';

export interface KeepConnectedOptions extends ConnectParameters {
  /**
   * Makes use of each new link: subscribes, reads, goes on for as long as it likes. The link stays when it has returned. Where it throws and the link is up, the link is ended and made
   * anew after a while; what it throws because the link has ended says nothing new. The next link does not wait for it.
   */
  readonly onConnection?: ((connection: Connection) => unknown) | undefined;
  /** As that of `device.connect()`. */
  readonly exchangeMtu?: boolean | undefined;
  /** Ends it as close() does. */
  readonly signal?: AbortSignal | undefined;
}

/** What it needs of the host. */
export interface KeptConnectionHost {
  readonly clock: Clock;
  readonly log: Log;
  /** Ends with the adapter. */
  readonly scope: WaitScope;
  /** From 0 to below 1. */
  readonly random: () => number;
  connect(device: Device, options: ConnectOptions): Promise<Connection>;
  /** Resolves when there is a controller. */
  ready(options: WaitOptions): Promise<void>;
}

/**
 * A peer that is connected to whenever it can be: at once when it is in reach, and again when the link or the controller was lost, until close(). Attempts that fail, and links that
 * do not last, are repeated after a while that grows to 30 s.
 */
export class KeptConnection implements AsyncDisposable {
  readonly device: Device;
  readonly #host: KeptConnectionHost;
  readonly #options: KeepConnectedOptions;
  readonly #stop = new AbortController();
  readonly #scope = new WaitScope();
  readonly #waiting = new Set<Settle<Connection>>();
  readonly #leave: readonly (() => void)[];
  #connection: Connection | undefined;
  #failures = 0;
  readonly #running: Promise<void>;

  /** @internal See Device.keepConnected(). `onEnd` is called once. */
  constructor(host: KeptConnectionHost, device: Device, options: KeepConnectedOptions, onEnd: () => void) {
    this.device = device;
    this.#host = host;
    this.#options = options;
    const { signal } = options;
    signal?.throwIfAborted();
    this.#scope.add(onEnd);
    const closed = (): void => void this.close();
    this.#leave = [
      host.scope.add((error) => this.#end(error)),
      ...(signal === undefined ? [] : [onAbort(signal, closed)]),
    ];
    this.#running = this.#run();
  }

  /** The link, while there is one. */
  get connection(): Connection | undefined {
    return this.#connection?.isConnected === true ? this.#connection : undefined;
  }

  /**
   * The link that is up, or the next one. No deadline unless one is given.
   *
   * @throws InvalidStateError when it is not kept any more; TransportError when the adapter is closed.
   */
  connected(options: WaitOptions = {}): Promise<Connection> {
    return procedure<Connection>(
      {
        what: `waiting for ${this.device} to be connected`,
        clock: this.#host.clock,
        scope: this.#scope,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        hint: () => 'it goes on being looked for',
      },
      (settle) => {
        const { connection } = this;
        if (connection !== undefined) settle.resolve(connection);
        else this.#waiting.add(settle);
        return () => {
          this.#waiting.delete(settle);
        };
      },
    );
  }

  /** Keeps it no longer, and ends the link. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#end(new InvalidStateError(`${this.device} is not kept connected any more`));
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #end(error: Error): void {
    if (this.#scope.error !== undefined) return;
    for (const leave of this.#leave) leave();
    this.#waiting.clear();
    this.#scope.end(error);
    this.#stop.abort(error);
  }

  async #run(): Promise<void> {
    const { clock, ready } = this.#host;
    const { signal } = this.#stop;
    // In a turn of its own, so that whoever asked has the object before anything happens.
    await Promise.resolve();
    while (!signal.aborted) {
      try {
        await ready({ signal });
        const connection = await this.#connect();
        const beganMs = clock.now();
        const used = await this.#use(connection);
        this.#failures = used ? failuresAfter(this.#failures, clock.now() - beganMs) : this.#failures + 1;
      } catch (error) {
        if (signal.aborted) break;
        // The controller is gone, which is no fault of the peer's.
        if (error instanceof TransportError) continue;
        this.#failures++;
        this.#say('warn', `could not be connected to: ${error instanceof Error ? error.message : error}`);
      }
      await this.#pause();
    }
    await this.#connection?.[Symbol.asyncDispose]();
  }

  #connect(): Promise<Connection> {
    // Whoever has made the link that is there, it is one.
    const { connection } = this.device;
    if (connection !== undefined) return Promise.resolve(connection);
    const { onConnection, ...options } = this.#options;
    const { signal } = this.#stop;
    return this.#host.connect(this.device, { ...options, timeoutMs: Number.POSITIVE_INFINITY, signal });
  }

  /** Resolves when the link has ended, with whether the user could make use of it; rejects with TransportError where the controller was lost. */
  async #use(connection: Connection): Promise<boolean> {
    const { onConnection } = this.#options;
    this.#connection = connection;
    this.#say('info', 'is connected');
    for (const one of this.#waiting) one.resolve(connection);
    this.#waiting.clear();
    let used = true;
    const using = async (): Promise<void> => {
      try {
        await onConnection?.(connection);
      } catch (error) {
        if (!connection.isConnected) return;
        used = false;
        this.#say('error', `cannot be made use of, so the link is ended and made anew: ${String(error)}`);
        await connection[Symbol.asyncDispose]();
      }
    };
    void using();
    const end = await connection.disconnected({ signal: this.#stop.signal });
    this.#say('info', `is gone: ${end.message}`);
    return used;
  }

  #pause(): Promise<void> {
    const { clock, random } = this.#host;
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = clock.after(backOffMs(this.#failures, random()), () => over(), { background: true });
      const leave = onAbort(signal, () => over());
      const over = (): void => {
        timer.cancel();
        leave();
        resolve();
      };
    });
  }

  #say(level: 'info' | 'warn' | 'error', what: string): void {
    this.#host.log.write(level, 'gap', () => `${this.device} ${what}`);
  }
}

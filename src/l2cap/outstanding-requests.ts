import type { Clock, Timer } from '../core/clock.ts';
import { InvalidStateError, L2capError, TimeoutError } from '../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import { CommandRejectReason } from './l2cap-codes.ts';

/** How long a request waits for its response: RTX, which begins between 1 s and 60 s (Vol 3, Part A, 6.2.1). */
const RTX_MS = 30_000;

/** Requests of ours that may be on the air at once. */
const MAX_OUTSTANDING_REQUESTS = 16;

const LAST_IDENTIFIER = 0xff;

interface Outstanding {
  readonly responseCode: number;
  /** As it continues "while". */
  readonly what: string;
  readonly rtx: Timer;
  /** Reads the response's data. */
  readonly onResponse: (data: Uint8Array) => void;
  readonly onRefused: (error: Error) => void;
}

export interface SignallingRequest<R> {
  /** As it continues "while". */
  readonly what: string;
  readonly responseCode: number;
  /** Reads the response; throws MalformedPduError, or what the caller shall reject with. */
  readonly accept: (data: Uint8Array) => R;
  /** Sends it under this identifier. */
  readonly send: (identifier: number) => Promise<void>;
}

/**
 * The requests of this side by their identifier. An identifier stays taken until the response or the end of RTX, whether or not the caller still
 * waits, and none comes again before all others have been used (Vol 3, Part A, 4).
 */
export class OutstandingRequests {
  readonly #clock: Clock;
  readonly #scope: WaitScope;
  readonly #requests = new Map<number, Outstanding>();
  #last = 0;

  constructor(clock: Clock, scope: WaitScope) {
    this.#clock = clock;
    this.#scope = scope;
  }

  /** The longest wait is RTX, whatever deadline is given. Rejects with L2capError where the peer rejects the command. */
  run<R>(request: SignallingRequest<R>, wait: WaitOptions): Promise<R> {
    const { what } = request;
    return procedure<R>(
      { what, clock: this.#clock, scope: this.#scope, defaultTimeoutMs: RTX_MS, ...wait },
      (settle) => {
        this.#begin(request, settle);
        return undefined;
      },
    );
  }

  #begin<R>(request: SignallingRequest<R>, settle: Settle<R>): void {
    const { what, responseCode, accept, send } = request;
    const identifier = this.#take(what);
    const expire = (): void => {
      this.#requests.delete(identifier);
      settle.reject(
        new TimeoutError(`timed out after ${RTX_MS} ms while ${what}: the peer did not respond`, RTX_MS),
      );
    };
    const rtx = this.#clock.after(RTX_MS, expire, { background: true });
    this.#requests.set(identifier, {
      responseCode,
      what,
      rtx,
      onResponse: (data) => {
        try {
          settle.resolve(accept(data));
        } catch (error) {
          settle.reject(error);
        }
      },
      onRefused: (error) => settle.reject(error),
    });
    send(identifier).catch((error: unknown) => {
      this.#finish(identifier);
      settle.reject(error);
    });
  }

  /** A response came. Gives false where it answers nothing: it is ignored (Vol 3, Part A, 4). */
  answered(code: number, identifier: number, data: Uint8Array): boolean {
    const request = this.#requests.get(identifier);
    if (request?.responseCode !== code) return false;
    this.#finish(identifier);
    request.onResponse(data);
    return true;
  }

  /** A Command Reject came. Gives false where it names no request of ours. */
  rejected(identifier: number, reason: number): boolean {
    const request = this.#requests.get(identifier);
    if (request === undefined) return false;
    this.#finish(identifier);
    const text =
      reason === CommandRejectReason.commandNotUnderstood
        ? 'does not understand the command'
        : 'rejects the command';
    const code = `0x${reason.toString(16).padStart(4, '0')}`;
    request.onRefused(
      new L2capError(`${request.what}: the peer ${text} (Command Reject, reason ${code})`, reason),
    );
    return true;
  }

  /** The link ended: the waits go with its scope, the timers here. */
  end(): void {
    for (const { rtx } of this.#requests.values()) rtx.cancel();
    this.#requests.clear();
  }

  #finish(identifier: number): void {
    this.#requests.get(identifier)?.rtx.cancel();
    this.#requests.delete(identifier);
  }

  #take(what: string): number {
    if (this.#requests.size >= MAX_OUTSTANDING_REQUESTS) {
      throw new InvalidStateError(
        `${what}: too many signalling requests wait for a response already; await some of them first`,
      );
    }
    return this.takeIdentifier();
  }

  /** The next identifier that no open request has, also for commands without a response. */
  takeIdentifier(): number {
    do {
      this.#last = this.#last === LAST_IDENTIFIER ? 1 : this.#last + 1;
    } while (this.#requests.has(this.#last));
    return this.#last;
  }
}

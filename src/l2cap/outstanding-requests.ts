import type { Clock, Timer } from '../core/clock.ts';
import { InvalidStateError, L2capError, TimeoutError } from '../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import { CommandRejectReason } from './l2cap-codes.ts';

/** How long a request waits for its response: RTX, which begins between 1 s and 60 s (Vol 3, Part A, 6.2.1). */
const RTX_MS = 30_000;

/** How long it waits once the peer has said that it will take its time: ERTX, 60 s to 300 s (Vol 3, Part A, 6.2.2). */
const ERTX_MS = 60_000;

/** Requests of ours that may be on the air at once. */
const MAX_OUTSTANDING_REQUESTS = 16;

const LAST_IDENTIFIER = 0xff;

interface Outstanding {
  readonly responseCode: number;
  /** As it continues "while". */
  readonly what: string;
  /** RTX, then ERTX. */
  timer: Timer;
  isPending: boolean;
  readonly saysPending: (data: Uint8Array) => boolean;
  /** Reads the response's data. */
  readonly onResponse: (data: Uint8Array) => void;
  readonly onRefused: (error: Error) => void;
}

export interface SignallingRequest<R> {
  /** As it continues "while". */
  readonly what: string;
  readonly responseCode: number;
  /** Whether the response only announces another; never unless given. */
  readonly saysPending?: ((data: Uint8Array) => boolean) | undefined;
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

  /** The longest wait is RTX, or ERTX after a pending response, whatever deadline is given. Rejects with L2capError where the peer rejects the command. */
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
    const { what, responseCode, accept, send, saysPending = () => false } = request;
    const identifier = this.#take(what);
    this.#requests.set(identifier, {
      responseCode,
      what,
      timer: this.#expireAfter(RTX_MS, identifier),
      isPending: false,
      saysPending,
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
    if (request.saysPending(data)) {
      // Once, so that a peer which goes on saying so cannot hold the identifier for ever.
      if (request.isPending) return true;
      request.isPending = true;
      request.timer.cancel();
      request.timer = this.#expireAfter(ERTX_MS, identifier);
      return true;
    }
    this.#finish(identifier);
    request.onResponse(data);
    return true;
  }

  #expireAfter(timeoutMs: number, identifier: number): Timer {
    const expire = (): void => {
      const request = this.#requests.get(identifier);
      if (request === undefined) return;
      this.#requests.delete(identifier);
      const text = `timed out after ${timeoutMs} ms while ${request.what}: the peer did not respond`;
      request.onRefused(new TimeoutError(text, timeoutMs));
    };
    return this.#clock.after(timeoutMs, expire, { background: true });
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
    for (const { timer } of this.#requests.values()) timer.cancel();
    this.#requests.clear();
  }

  #finish(identifier: number): void {
    this.#requests.get(identifier)?.timer.cancel();
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

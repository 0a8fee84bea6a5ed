import { AttErrorCode } from '../../att/att-codes.ts';
import type { AttRequestOptions, Bearer } from '../../att/bearer.ts';
import type { AttExchange } from '../../att/codec/exchanges.ts';
import type { Clock } from '../../core/clock.ts';
import { AttError } from '../../core/errors.ts';
import type { Infer, Shape } from '../../core/pdu.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import type { AccessOptions } from './access-options.ts';
import { Deadline } from './deadline.ts';

/** Whether handles still mean what they did when they were discovered. */
export interface Validity {
  /** Why they do not. */
  readonly obsolete: Error | undefined;
}

/** Lasts as long as all of them. */
export const together = (parts: readonly Validity[]): Validity => ({
  get obsolete() {
    return parts.find(({ obsolete }) => obsolete !== undefined)?.obsolete;
  },
});

export interface ClientRequestOptions extends AttRequestOptions, AccessOptions {
  /** Of the handles in the request; without it nothing that the peer may tell meanwhile makes the request wrong. */
  readonly validity?: Validity | undefined;
  /** The one that it must go by; any where it is not given. */
  readonly bearer?: Bearer | undefined;
}

/** Encrypts the link or pairs, as the ATT error code asks for; true says that the request is worth another try. */
export type RaiseSecurity = (status: number) => Promise<boolean>;

export interface ClientRequestsOptions {
  readonly bearer: Bearer;
  readonly clock: Clock;
  readonly raiseSecurity?: RaiseSecurity | undefined;
  /** The server has said that what the client knows of its attributes is out of date. */
  readonly onOutOfSync: () => void;
  /** The server does not know a handle that the client has of it. */
  readonly onInvalidHandle: () => void;
}

/** The refusals that a safer link may turn into an answer (Vol 3, Part C, 10.3.1). */
const curable: ReadonlySet<number> = new Set([
  AttErrorCode.insufficientAuthentication,
  AttErrorCode.insufficientEncryption,
  AttErrorCode.encryptionKeySizeTooShort,
]);

/** The server says that what the client knows of its attributes is out of date. */
export const isOutOfSync = ({ status }: AttError): boolean => status === AttErrorCode.databaseOutOfSync;

/**
 * The way of every request of a client to its bearers. Here a request whose handles mean something else by now is held back, its answer is disbelieved, and
 * refusals are understood that are not about the request: the link is not safe enough, or the database has changed.
 */
export class ClientRequests {
  /** Whether security is raised where a call does not say. */
  raisesSecurity = true;
  readonly #options: ClientRequestsOptions;
  readonly #raising = new Map<number, Promise<boolean>>();
  readonly #pending = new Set<Promise<unknown>>();

  constructor(options: ClientRequestsOptions) {
    this.#options = options;
  }

  /**
   * As `Bearer.request`; and rejects with the error of `validity` where that has ended before the request was sent or answered (Vol 3, Part G, 2.5.2).
   */
  async request<Q extends Shape, R>(
    exchange: AttExchange<Q, R>,
    params: Infer<Q>,
    options: ClientRequestOptions,
  ): Promise<R> {
    const { what, defaultTimeoutMs, validity, bearer = this.#options.bearer } = options;
    const deadline = new Deadline(this.#options.clock, what, options);
    const obsolete = (): Error | undefined => validity?.obsolete;
    const onRefused = (error: AttError): void => {
      if (isOutOfSync(error)) this.#options.onOutOfSync();
      else if (error.status === AttErrorCode.invalidHandle && validity !== undefined)
        this.#options.onInvalidHandle();
    };
    const ask = async (): Promise<R> => {
      const asked = bearer.request(exchange, params, {
        ...deadline.step(),
        what,
        defaultTimeoutMs,
        obsolete,
        onRefused,
      });
      this.#pending.add(asked);
      try {
        const answer = await asked;
        if (validity?.obsolete !== undefined) throw validity.obsolete;
        return answer;
      } catch (error) {
        // Of what was asked at handles that mean something else by now the refusal says nothing.
        const refused = error instanceof AttError && !isOutOfSync(error);
        throw refused ? (validity?.obsolete ?? error) : error;
      } finally {
        this.#pending.delete(asked);
      }
    };
    try {
      return await ask();
    } catch (error) {
      if (!(await this.#isCured(error, what, deadline, options.raiseSecurity))) throw error;
    }
    return ask();
  }

  /** Waits until the requests that are under way now have been answered or given up. */
  settled(what: string, { timeoutMs, signal }: WaitOptions = {}): Promise<void> {
    const { bearer, clock } = this.#options;
    // Each of them has a deadline of its own.
    const defaultTimeoutMs = Number.POSITIVE_INFINITY;
    return procedure<void>(
      { what, clock, scope: bearer.scope, timeoutMs, signal, defaultTimeoutMs },
      (settle) => {
        void Promise.allSettled([...this.#pending]).then(() => settle.resolve());
        return undefined;
      },
    );
  }

  /** Whether the request is to be asked once more. */
  async #isCured(
    error: unknown,
    what: string,
    deadline: Deadline,
    wanted: boolean | undefined,
  ): Promise<boolean> {
    const { bearer, clock, raiseSecurity } = this.#options;
    if (raiseSecurity === undefined || !(wanted ?? this.raisesSecurity)) return false;
    if (!(error instanceof AttError) || !curable.has(error.status)) return false;
    const { status, handle } = error;
    let failure: { readonly cause: unknown } | undefined;
    const raised = await procedure<boolean>(
      {
        ...deadline.step(),
        what: `raising the security of the link for ${what}`,
        clock,
        scope: bearer.scope,
        // Pairing has deadlines of its own, and may wait for a person.
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
      },
      (settle) => {
        this.#raise(raiseSecurity, status).then(settle.resolve, (cause: unknown) => {
          failure = { cause };
          settle.resolve(false);
        });
        return undefined;
      },
    );
    if (failure === undefined) return raised;
    const { cause } = failure;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AttError(`${error.message}, which failed: ${why}`, status, handle, { cause });
  }

  /** Once for all that are refused alike at the same time. */
  #raise(raiseSecurity: RaiseSecurity, status: number): Promise<boolean> {
    const known = this.#raising.get(status);
    if (known !== undefined) return known;
    const raising = Promise.resolve()
      .then(() => raiseSecurity(status))
      .finally(() => this.#raising.delete(status));
    this.#raising.set(status, raising);
    return raising;
  }
}

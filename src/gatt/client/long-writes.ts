import type { Bearer } from '../../att/bearer.ts';
import { ExecuteWrite, PrepareWrite } from '../../att/codec/exchanges.ts';
import { equalBytes, toHex } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { MalformedPduError } from '../../core/errors.ts';
import type { AccessOptions } from './access-options.ts';
import { printHandle } from './client-context.ts';
import type { ClientRequestOptions, ClientRequests, Validity } from './client-requests.ts';
import { Deadline } from './deadline.ts';
import { Line } from './line.ts';

/** Opcode, handle and offset before the part (Vol 3, Part F, 3.4.6.1). */
const PREPARE_HEADER_LENGTH = 5;

const ExecuteFlags = { cancel: 0x00, write: 0x01 } as const;

/** What is to be written where. */
export interface PreparedValue {
  readonly handle: number;
  /** Nobody else may change it until the write is over. */
  readonly value: Uint8Array;
}

export interface LongWriteOptions extends AccessOptions {
  readonly validity: Validity;
}

type StepOptions = ClientRequestOptions & { readonly bearer: Bearer };

/**
 * Writes values that are longer than one request, or several that are written all or none (Vol 3, Part G, 4.9.4 and 4.9.5). A server has one queue for a client, so one long write at a time is prepared
 * and executed, and one that is given up is cancelled before the next may begin: its parts would be executed with the next one's. All of one go by the same
 * bearer, since not every server counts what several bearers bring as one.
 */
export class LongWrites {
  readonly #bearer: Bearer;
  readonly #requests: ClientRequests;
  readonly #clock: Clock;
  readonly #line = new Line();

  constructor(bearer: Bearer, requests: ClientRequests, clock: Clock) {
    this.#bearer = bearer;
    this.#requests = requests;
    this.#clock = clock;
  }

  async write(values: readonly PreparedValue[], what: string, options: LongWriteOptions): Promise<void> {
    const deadline = new Deadline(this.#clock, what, options);
    const line = {
      what,
      clock: this.#clock,
      scope: this.#bearer.scope,
      hint: 'another long write is under way',
    };
    const leave = await this.#line.enter({ ...deadline.step(), ...line });
    const bearer = this.#bearer.single();
    const { validity } = options;
    const step = (): StepOptions => ({ ...deadline.step(), what, validity, bearer });
    try {
      for (const { handle, value } of values) await this.#prepare(handle, value, step);
      await this.#requests.request(ExecuteWrite, { flags: ExecuteFlags.write }, step());
    } catch (error) {
      // The caller is told at once; the line goes on when the server has forgotten the parts. Nobody knows whether an execution that was
      // given up had left: where it had, there is nothing to cancel any more.
      void this.#cancel(what, bearer).then(leave);
      throw error;
    }
    leave();
  }

  async #prepare(handle: number, value: Uint8Array, step: () => StepOptions): Promise<void> {
    let offset = 0;
    // A value of no octets is one part too.
    do {
      const options = step();
      const part = value.subarray(offset, offset + options.bearer.mtu - PREPARE_HEADER_LENGTH);
      await this.#preparePart(handle, offset, part, options);
      offset += part.length;
    } while (offset < value.length);
  }

  async #preparePart(
    handle: number,
    offset: number,
    part: Uint8Array,
    options: ClientRequestOptions,
  ): Promise<void> {
    const params = { attributeHandle: handle, valueOffset: offset, partAttributeValue: part };
    const echo = await this.#requests.request(PrepareWrite, params, options);
    const same =
      echo.attributeHandle === handle &&
      echo.valueOffset === offset &&
      equalBytes(echo.partAttributeValue, part);
    if (same) return;
    throw new MalformedPduError(
      `the peer took down something else while ${options.what}: ${toHex(echo.partAttributeValue)} at offset ${echo.valueOffset} of ${printHandle(echo.attributeHandle)}, not what was sent for ${printHandle(handle)}; nothing was written`,
    );
  }

  /** The queue of the server is emptied whatever the caller's deadline says; if that fails too the link is of no use anyhow. */
  async #cancel(what: string, used: Bearer): Promise<void> {
    const options = {
      what: `cancelling ${what}`,
      timeoutMs: Number.POSITIVE_INFINITY,
      raiseSecurity: false,
      bearer: used.scope.error === undefined ? used : undefined,
    };
    const cancelled = this.#requests.request(ExecuteWrite, { flags: ExecuteFlags.cancel }, options);
    await cancelled.catch(() => undefined);
  }
}

import { AttErrorCode, MAX_ATTRIBUTE_LENGTH } from '../../att/att-codes.ts';
import { ReadMultiple, ReadMultipleVariable } from '../../att/codec/exchanges.ts';
import { type Bytes, copyBytes } from '../../core/bytes.ts';
import { AttError, InvalidArgumentError, MalformedPduError } from '../../core/errors.ts';
import type { AccessOptions } from './access-options.ts';
import type { ClientContext } from './client-context.ts';
import { together, type Validity } from './client-requests.ts';
import { Deadline } from './deadline.ts';
import type { RemoteCharacteristic } from './remote-characteristic.ts';
import { checkLength, readRemoteValue } from './remote-value.ts';

export interface ReadMultipleOptions extends AccessOptions {
  /**
   * Octets of each value, where all are known and never change: then the plain Read Multiple is used, which older servers know too and which does not
   * tell where a value ends.
   */
  readonly lengths?: readonly number[] | undefined;
}

/** What one request asks for, and where its results go. */
interface Batch {
  readonly characteristics: readonly RemoteCharacteristic[];
  readonly handles: readonly number[];
  readonly first: number;
  readonly validity: Validity;
}

/**
 * Reads several values with few requests (Vol 3, Part G, 4.8.4 and 4.8.5). What a server does not support is asked for once on a link; from then on, and
 * for a request that would hold one handle only, values are read one by one.
 */
export class MultipleReads {
  readonly #context: ClientContext;
  readonly #unsupported = new Set<number>();

  constructor(context: ClientContext) {
    this.#context = context;
  }

  async read(
    characteristics: readonly RemoteCharacteristic[],
    options: ReadMultipleOptions,
  ): Promise<readonly Bytes[]> {
    for (const characteristic of characteristics) characteristic.checkReadable(this.#context);
    const { lengths } = options;
    if (lengths !== undefined) checkLengths(lengths, characteristics.length);
    const { clock, peer } = this.#context;
    const what = `reading ${characteristics.map(({ uuid }) => uuid).join(', ')} of ${peer}`;
    const deadline = new Deadline(clock, what, options);
    const values: Bytes[] = [];
    while (values.length < characteristics.length) {
      const batch = this.#batch(characteristics, values.length, lengths);
      const got =
        lengths === undefined
          ? await this.#variable(batch, what, deadline)
          : await this.#fixed(batch, lengths, what, deadline);
      values.push(...(got ?? (await this.#oneByOne(batch, lengths, what, deadline))));
    }
    return values;
  }

  /** As many as the request has room for, and the response where the lengths are known. */
  #batch(all: readonly RemoteCharacteristic[], first: number, lengths: readonly number[] | undefined): Batch {
    const room = this.#context.bearer.mtu - 1;
    const most = Math.min(all.length, first + Math.floor(room / 2));
    let end = first;
    let octets = 0;
    while (end < most) {
      octets += lengths?.[end] ?? 0;
      if (octets > room && end > first) break;
      end++;
    }
    const characteristics = all.slice(first, end);
    return {
      characteristics,
      handles: characteristics.map(({ handle }) => handle),
      first,
      validity: together(characteristics.map(({ service }) => service)),
    };
  }

  /** The values that came, at least one, each whole; undefined where they have to be read one by one. */
  async #variable(batch: Batch, what: string, deadline: Deadline): Promise<Bytes[] | undefined> {
    const { bearer, peer, requests } = this.#context;
    const { characteristics, handles, validity } = batch;
    const room = bearer.mtu;
    const answer = await this.#try(ReadMultipleVariable.request.code, batch, () =>
      requests.request(ReadMultipleVariable, { handles }, { ...deadline.step(), what, validity }),
    );
    if (answer === undefined) return undefined;
    const count = answer.values.length;
    if (count === 0 || count > handles.length) {
      throw new MalformedPduError(
        `${peer} gave ${count} values while ${what}: ${handles.length} were asked for`,
      );
    }
    const { values: sent, complete } = answer;
    const values = sent.map((value) => checkLength(this.#context, copyBytes(value), what));
    const octets = values.reduce((sum, value) => sum + 2 + value.length, 1);
    // Some servers give the length of what they sent, not of the value: one that just fills the PDU may be longer. Others cut values and go on behind
    // them, so that what came of a value that is not whole is not all its own. In either case it is read from its beginning.
    const last = characteristics[count - 1];
    if (last !== undefined && (!complete || octets >= Math.min(room, bearer.mtu)))
      values[count - 1] = await readRemoteValue(this.#context, last.attribute, deadline.step());
    return values;
  }

  async #fixed(
    batch: Batch,
    lengths: readonly number[],
    what: string,
    deadline: Deadline,
  ): Promise<Bytes[] | undefined> {
    const { peer, requests } = this.#context;
    const { handles, first, validity } = batch;
    const set = await this.#try(ReadMultiple.request.code, batch, () =>
      requests.request(ReadMultiple, { handles }, { ...deadline.step(), what, validity }),
    );
    if (set === undefined) return undefined;
    const ends: number[] = [];
    let octets = 0;
    for (const length of lengths.slice(first, first + handles.length)) {
      octets += length;
      ends.push(octets);
    }
    if (set.length !== octets) {
      throw new MalformedPduError(
        `${peer} gave ${set.length} octets while ${what}: by the lengths given there should be ${octets}; leave them out where a value varies`,
      );
    }
    return ends.map((end, i) => set.slice(ends[i - 1] ?? 0, end));
  }

  async #oneByOne(
    batch: Batch,
    lengths: readonly number[] | undefined,
    what: string,
    deadline: Deadline,
  ): Promise<Bytes[]> {
    const values: Bytes[] = [];
    for (const [i, { attribute }] of batch.characteristics.entries()) {
      const value = await readRemoteValue(this.#context, attribute, deadline.step());
      const length = lengths?.[batch.first + i];
      if (length !== undefined && length !== value.length) {
        throw new MalformedPduError(
          `${this.#context.peer} gave ${value.length} octets while ${what}: by the lengths given there should be ${length}; leave them out where a value varies`,
        );
      }
      values.push(value);
    }
    return values;
  }

  /** Undefined where there is nothing to ask together or the server does not know the request. */
  async #try<R>(opcode: number, batch: Batch, ask: () => Promise<R>): Promise<R | undefined> {
    // A handle set has two handles or more (Vol 3, Part F, 3.4.4.7).
    if (batch.handles.length < 2 || this.#unsupported.has(opcode)) return undefined;
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AttError) || error.status !== AttErrorCode.requestNotSupported) throw error;
      this.#unsupported.add(opcode);
      return undefined;
    }
  }
}

const checkLengths = (lengths: readonly number[], count: number): void => {
  if (lengths.length !== count) {
    throw new InvalidArgumentError(
      `lengths must have one number for each characteristic: ${lengths.length} for ${count}`,
    );
  }
  for (const length of lengths) {
    if (Number.isInteger(length) && length >= 0 && length <= MAX_ATTRIBUTE_LENGTH) continue;
    throw new InvalidArgumentError(
      `a value has 0 to ${MAX_ATTRIBUTE_LENGTH} octets; a length given is ${length}`,
    );
  }
};

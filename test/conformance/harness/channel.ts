import { AssertionError } from 'node:assert';
import type { ManualClock } from 'jelling';
import { type Hex, matches } from './pdu.ts';

/** How long the tester waits for an answer, in milliseconds of its clock. Nothing takes time on an ideal air. */
const PATIENCE_MS = 100;

/** One L2CAP channel as the lower tester has it: what it sends, and what has come in the order in which it came. */
export class TesterChannel {
  /** Answers by itself what it returns something for; the rest waits to be expected. */
  responder: ((pdu: Hex) => Hex | undefined) | undefined;
  readonly #clock: ManualClock;
  readonly #name: string;
  readonly #transmit: (pdu: Hex) => void;
  readonly #received: Hex[] = [];

  constructor(clock: ManualClock, name: string, transmit: (pdu: Hex) => void) {
    this.#clock = clock;
    this.#name = name;
    this.#transmit = transmit;
  }

  /** Of the link: a PDU has come. */
  deliver(pdu: Hex): void {
    const answer = this.responder?.(pdu);
    if (answer === undefined) this.#received.push(pdu);
    else this.send(answer);
  }

  send(pdu: Hex): void {
    this.#transmit(pdu.replaceAll(' ', ''));
  }

  /** Waits for the next PDU, whatever it is. */
  async next(what = 'any PDU'): Promise<Hex> {
    await this.#clock.advance(0);
    for (let waitedMs = 0; this.#received.length === 0 && waitedMs < PATIENCE_MS; waitedMs += 10) {
      await this.#clock.advance(10);
    }
    const pdu = this.#received.shift();
    if (pdu === undefined) fail(`${what} on ${this.#name}`, 'nothing');
    return pdu;
  }

  /** Waits for the next PDU, which must be this: see matches(). */
  async expect(pattern: string): Promise<Hex> {
    const pdu = await this.next(pattern);
    if (!matches(pdu, pattern)) fail(`${pattern.replaceAll(' ', '')} on ${this.#name}`, pdu);
    return pdu;
  }

  /** Sends a request and waits for its answer. */
  exchange(request: Hex, pattern: string): Promise<Hex> {
    this.send(request);
    return this.expect(pattern);
  }

  /** Answers the next PDU if it is this one, which need not come. */
  async optional(pattern: string, answer?: Hex): Promise<void> {
    await this.#clock.advance(0);
    const [pdu] = this.#received;
    if (pdu === undefined || !matches(pdu, pattern)) return;
    this.#received.shift();
    if (answer !== undefined) this.send(answer);
  }

  /** Lets time pass, in which nothing may come. */
  async silent(ms = PATIENCE_MS): Promise<void> {
    await this.#clock.advance(ms);
    const [pdu] = this.#received;
    if (pdu !== undefined) fail(`nothing on ${this.#name}`, pdu);
  }
}

function fail(expected: string, actual: string): never {
  throw new AssertionError({
    message: `the lower tester expected ${expected} and got ${actual}`,
    expected,
    actual,
    stackStartFn: fail,
  });
}

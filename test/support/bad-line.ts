import type { Clock, Timer } from '../../src/core/clock.ts';
import { SeededRandom } from '../../src/virtual/random.ts';

/** What goes wrong on a line, all of it decided by the seed. Shares are of octets, 0 to 1. */
export interface LineFaults {
  readonly seed: number;
  readonly drop?: number | undefined;
  /** One bit of the octet is the other way round. */
  readonly flip?: number | undefined;
  /** An octet that nobody sent comes ahead of it. */
  readonly add?: number | undefined;
  /** What is carried comes up to so much later, in order, and in pieces. */
  readonly delayMs?: number | undefined;
}

/** One direction of a line, as bad as it is told to be. What it does to octets does not depend on the chunks they come in. */
export class BadLine {
  #faults: Omit<LineFaults, 'seed'>;
  readonly #clock: Clock;
  readonly #deliver: (chunk: Uint8Array) => void;
  readonly #octets: SeededRandom;
  readonly #times: SeededRandom;
  #lastDueMs = 0;
  /** Faults done. */
  count = 0;
  readonly #onTheWay = new Set<Timer>();
  #isCut = false;

  constructor(faults: LineFaults, clock: Clock, deliver: (chunk: Uint8Array) => void) {
    this.#faults = faults;
    this.#clock = clock;
    this.#deliver = deliver;
    this.#octets = new SeededRandom(faults.seed, 1);
    this.#times = new SeededRandom(faults.seed, 2);
  }

  /** From now on other things go wrong on it. */
  become(faults: Omit<LineFaults, 'seed'>): void {
    this.#faults = faults;
  }

  /** From now on the line carries nothing, and what is on it is lost. */
  cut(): void {
    this.#isCut = true;
    for (const timer of this.#onTheWay) timer.cancel();
    this.#onTheWay.clear();
  }

  carry(chunk: Uint8Array): void {
    if (this.#isCut) return;
    const spoilt = Uint8Array.from(this.#spoil(chunk));
    const { delayMs } = this.#faults;
    if (delayMs === undefined) {
      if (spoilt.length > 0) this.#deliver(spoilt);
      return;
    }
    for (let at = 0; at < spoilt.length; ) {
      const end = at + 1 + Math.floor(this.#times.fraction() * 64);
      this.#later(spoilt.slice(at, end), this.#times.fraction() * delayMs);
      at = end;
    }
  }

  *#spoil(chunk: Uint8Array): Iterable<number> {
    const { drop = 0, flip = 0, add = 0 } = this.#faults;
    for (const octet of chunk) {
      if (this.#happens(add)) yield this.#octets.u32() & 0xff;
      if (this.#happens(drop)) continue;
      yield this.#happens(flip) ? octet ^ (1 << (this.#octets.u32() & 7)) : octet;
    }
  }

  #happens(share: number): boolean {
    const happens = this.#octets.fraction() < share;
    if (happens) this.count++;
    return happens;
  }

  #later(piece: Uint8Array, delayMs: number): void {
    const now = this.#clock.now();
    this.#lastDueMs = Math.max(this.#lastDueMs, now + delayMs);
    const timer = this.#clock.after(this.#lastDueMs - now, () => {
      this.#onTheWay.delete(timer);
      this.#deliver(piece);
    });
    this.#onTheWay.add(timer);
  }
}

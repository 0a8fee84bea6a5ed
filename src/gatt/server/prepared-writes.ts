import { type Bytes, copyBytes } from '../../core/bytes.ts';
import { type Clock, noTimer, type Timer } from '../../core/clock.ts';
import type { Attribute } from './attribute.ts';

/** A part of a value that a client has prepared. */
export interface PreparedWrite {
  /** As it was then: its handle may lead to another one at the execution. */
  readonly attribute: Attribute;
  readonly offset: number;
  readonly part: Bytes;
}

/** What one client may have prepared: four of the longest values at the smallest MTU, and some. */
export const PREPARED_LIMIT = { entries: 128, octets: 4_096 } as const;

/** What all clients of a server may have prepared together. */
export const PREPARED_TOTAL_OCTETS = 64 * 1_024;

/** A client that prepares and does not go on is forgotten after that. */
const PREPARED_IDLE_MS = 30_000;

/** What an entry takes beside its octets, so that empty parts count too. */
const ENTRY_COST = 16;

/** The memory that all queues of a server share. */
export class PreparedBudget {
  #used = 0;

  get used(): number {
    return this.#used;
  }

  take(octets: number): boolean {
    if (this.#used + octets > PREPARED_TOTAL_OCTETS) return false;
    this.#used += octets;
    return true;
  }

  release(octets: number): void {
    this.#used -= octets;
  }
}

/** The prepared writes of one client (Vol 3, Part F, 3.4.6). */
export class PreparedWrites {
  readonly #budget: PreparedBudget;
  readonly #clock: Clock;
  readonly #onExpired: () => void;
  #entries: PreparedWrite[] = [];
  #octets = 0;
  #cost = 0;
  #timer: Timer = noTimer;
  #expired = false;

  constructor(budget: PreparedBudget, clock: Clock, onExpired: () => void) {
    this.#budget = budget;
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Whether what the client had prepared was forgotten since it was last told. Asking is telling. */
  takeExpired(): boolean {
    const expired = this.#expired;
    this.#expired = false;
    return expired;
  }

  /** Queues a part; gives false, and queues nothing, where there is no room. */
  add(attribute: Attribute, offset: number, part: Uint8Array): boolean {
    if (this.#entries.length >= PREPARED_LIMIT.entries) return false;
    if (this.#octets + part.length > PREPARED_LIMIT.octets) return false;
    const cost = part.length + ENTRY_COST;
    if (!this.#budget.take(cost)) return false;
    this.#cost += cost;
    this.#octets += part.length;
    this.#entries.push({ attribute, offset, part: copyBytes(part) });
    this.#timer.cancel();
    this.#timer = this.#clock.after(PREPARED_IDLE_MS, () => this.#expire(), { background: true });
    return true;
  }

  /** Empties the queue and gives what was in it. */
  take(): PreparedWrite[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#timer.cancel();
    this.#budget.release(this.#cost);
    this.#cost = 0;
    this.#octets = 0;
    return entries;
  }

  #expire(): void {
    this.take();
    // The client is told by an error at its next step: what it believes to be prepared is not (a later Execute must not succeed).
    this.#expired = true;
    this.#onExpired();
  }
}

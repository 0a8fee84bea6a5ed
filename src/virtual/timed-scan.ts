import { noTimer, type Timer } from '../core/clock.ts';
import type { Medium } from './link-layer/medium.ts';
import type { Scanner } from './link-layer/scanner.ts';

export interface ScanSpan {
  /** Infinity for a scan without an end. */
  readonly durationMs: number;
  /** From the beginning of one spell to that of the next; undefined for one spell. */
  readonly periodMs?: number | undefined;
  /** Whether each spell reports everybody anew. */
  readonly forgets?: boolean | undefined;
  /** The one spell is over. */
  readonly onTimeout?: (() => void) | undefined;
}

/** A scan in spells (Vol 4, Part E, 7.8.65). */
export class TimedScan {
  readonly scanner: Scanner;
  readonly #medium: Medium;
  readonly #span: ScanSpan;
  #end: Timer = noTimer;
  #next: Timer = noTimer;

  constructor(medium: Medium, scanner: Scanner, span: ScanSpan) {
    this.scanner = scanner;
    this.#medium = medium;
    this.#span = span;
    this.#spell();
  }

  stop(): void {
    this.#end.cancel();
    this.#next.cancel();
    this.scanner.stop();
  }

  #spell(): void {
    const { durationMs, periodMs, forgets, onTimeout } = this.#span;
    if (forgets === true) this.scanner.forgetDuplicates();
    this.scanner.start();
    if (durationMs === Number.POSITIVE_INFINITY) return;
    this.#end = this.#medium.after(durationMs, () => {
      this.scanner.stop();
      if (periodMs === undefined) onTimeout?.();
    });
    if (periodMs !== undefined) this.#next = this.#medium.after(periodMs, () => this.#spell());
  }
}

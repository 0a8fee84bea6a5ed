import { bar } from './gauge.ts';
import { octetsOf } from './octets.ts';
import type { Output } from './output.ts';
import { clip, padStart, printable, widthOf } from './text.ts';

/** How often a terminal is told, and a program. */
const STATUS_MS = 100;
const EVENT_MS = 1_000;
const BAR_WIDTH = 24;
const NAME_WIDTH = 24;

/** Tells of one transfer, over all links that it takes. */
export class TransferProgress {
  readonly #output: Output;
  readonly #name: string;
  readonly #now: () => number;
  #startMs: number | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;
  /** Octets that have gone over the air in this run, on links before this one. */
  #before = 0;
  /** Where this link began, and when. */
  #from: number | undefined;
  #fromMs = 0;
  #octets = 0;
  #size = 0;

  constructor(output: Output, name: string, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#name = name;
    this.#now = now;
  }

  /** Since the transfer began, whatever links it took. */
  get elapsedMs(): number {
    return Math.round(this.#now() - (this.#startMs ?? this.#now()));
  }

  /** Octets of the file; 0 before it is known. */
  get size(): number {
    return this.#size;
  }

  /** How far it is: `148 kB of 400 kB`. */
  get place(): string {
    return `${octetsOf(this.#octets)} of ${octetsOf(this.#size)}`;
  }

  /** Octets that have gone over the air in this run. */
  get transferred(): number {
    return this.#before + this.#octets - (this.#from ?? this.#octets);
  }

  /** The link has gone: what comes now begins somewhere else. */
  pause(): void {
    this.#before = this.transferred;
    this.#from = undefined;
  }

  /** So many octets of how many are there. */
  at(octets: number, size: number): void {
    if (this.#from === undefined) this.#begin(octets, size);
    this.#octets = octets;
    this.#size = size;
    const now = this.#now();
    const isPeople = this.#output.noteColumns !== undefined && !this.#output.json;
    if (octets < size && now - this.#toldMs < (isPeople ? STATUS_MS : EVENT_MS)) return;
    this.#toldMs = now;
    this.#output.event({ event: 'progress', name: this.#name, octets, size });
    this.#output.status(this.#line(octets, size));
  }

  #begin(octets: number, size: number): void {
    this.#from = octets;
    this.#fromMs = this.#now();
    this.#startMs ??= this.#fromMs;
    if (octets === 0 || octets === size) return;
    const name = this.#name;
    this.#output.note({ event: 'resumed', name, octets, size }, () =>
      this.#output.noteStyle(
        'dim',
        `${printable(name)}: going on behind ${octetsOf(octets)} of ${octetsOf(size)}`,
      ),
    );
  }

  #line(octets: number, size: number): string {
    const share = size === 0 ? 1 : octets / size;
    const perSecond = ((octets - (this.#from ?? octets)) * 1_000) / Math.max(1, this.#now() - this.#fromMs);
    const leftS = (size - octets) / perSecond;
    return fitting((this.#output.noteColumns ?? 80) - 1, [
      clip(printable(this.#name), NAME_WIDTH),
      `▕${this.#output.noteStyle('green', bar(share, 0, 1, BAR_WIDTH))}▏`,
      padStart(`${Math.floor(share * 100)} %`, 5),
      perSecond > 0 ? `${octetsOf(Math.round(perSecond))}/s` : '',
      octets < size && Number.isFinite(leftS) ? `${clock(leftS)} left` : '',
    ]);
  }
}

const GAP = '  ';

/** As many of the parts as `columns` columns hold. */
const fitting = (columns: number, parts: readonly string[]): string => {
  let line = '';
  for (const part of parts) {
    if (part === '') continue;
    const longer = line === '' ? part : `${line}${GAP}${part}`;
    if (widthOf(longer) > columns) break;
    line = longer;
  }
  return line;
};

const clock = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};

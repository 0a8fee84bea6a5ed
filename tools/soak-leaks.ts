/** What is held at one moment when no operation is under way. */
export const held = {
  timers: 'timers of the clock',
  links: 'links of the hosts',
  handles: 'links of the controllers',
  buffers: 'packets that the controllers hold',
  listeners: 'listeners of calls that have settled',
  heapOctets: 'octets of heap, compiled code left out',
} as const;
export type Held = keyof typeof held;

/** Without the heap where its garbage cannot be collected at will. */
export type Sample = Readonly<Record<Exclude<Held, 'heapOctets'>, number>> & {
  readonly heapOctets?: number | undefined;
};

/** Least and greatest of a quarter. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

export interface Verdict {
  readonly what: Held;
  readonly first: Range;
  readonly last: Range;
  /** When everything is closed. */
  readonly atEnd: number;
  readonly leaks: boolean;
}

/** Fewer have no quarters. */
export const LEAST_SAMPLES = 4;
/** What garbage collection and the compiler leave to chance. */
const HEAP_SLACK = 0.1;

/** The rule, for people. */
export const leakRule =
  'A leak is what has grown: in the last quarter never as little as the most of the first quarter, or for the heap never as little as a tenth more than that. It is also what is left of anything but the heap when all is closed.';

/** One verdict for each thing that was measured, by `leakRule`. */
export const judge = (samples: readonly Sample[], atEnd: Sample): readonly Verdict[] => {
  const quarter = Math.floor(samples.length / LEAST_SAMPLES);
  const verdicts: Verdict[] = [];
  for (const what of kinds) {
    const end = atEnd[what];
    if (end === undefined) continue;
    const values = samples.map((sample) => sample[what] ?? 0);
    const first = rangeOf(values.slice(0, quarter));
    const last = rangeOf(values.slice(-quarter));
    const heap = what === 'heapOctets';
    const grown = last.least > first.most * (heap ? 1 + HEAP_SLACK : 1);
    verdicts.push({ what, first, last, atEnd: end, leaks: grown || (!heap && end > 0) });
  }
  return verdicts;
};

const kinds: readonly Held[] = ['timers', 'links', 'handles', 'buffers', 'listeners', 'heapOctets'];

const rangeOf = (values: readonly number[]): Range => ({
  least: Math.min(...values),
  most: Math.max(...values),
});

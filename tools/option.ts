import { UsageError } from './exit.ts';

/** One option of a command line, and how what was given becomes a value. */
export interface Option<T> {
  /** What stands for the value in help; absent where there is none. */
  readonly placeholder?: string | undefined;
  readonly short?: string | undefined;
  readonly help: string;
  /** Every value given, in order; a flag gives an empty text each time. Throws UsageError. */
  collect(given: readonly string[]): T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** Reads one value; throws UsageError for what it cannot read. */
export type Read<T> = (text: string) => T;

export const flag = (help: string, short?: string): Option<boolean> => ({
  help,
  short,
  collect: (given) => given.length > 0,
});

/** The last one given counts. */
export const optional = <T>(placeholder: string, help: string, read: Read<T>): Option<T | undefined> => ({
  placeholder,
  help,
  collect: (given) => {
    const last = given.at(-1);
    return last === undefined ? undefined : read(last);
  },
});

export const withDefault = <T>(placeholder: string, help: string, read: Read<T>, value: T): Option<T> => ({
  placeholder,
  help,
  collect: (given) => {
    const last = given.at(-1);
    return last === undefined ? value : read(last);
  },
});

/** May be given several times. */
export const repeated = <T>(placeholder: string, help: string, read: Read<T>): Option<readonly T[]> => ({
  placeholder,
  help: `${help}; may be repeated`,
  collect: (given) => given.map(read),
});

export const text: Read<string> = (given) => given;

const units: Readonly<Record<string, number>> = { ms: 1, '': 1_000, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration in milliseconds: `5` and `5s` are five seconds, and there are `250ms`, `2m`, `1h` and `forever`. */
export const duration: Read<number> = (given) => {
  if (given === 'forever') return Number.POSITIVE_INFINITY;
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(given) ?? [];
  const milliseconds = Number(digits) * (units[unit] ?? 0);
  if (digits === '' || !(milliseconds > 0)) {
    throw new UsageError(
      `'${given}' is no duration: give seconds as in 5 or 2.5, a unit as in 250ms, 5s, 2m, 1h, or forever`,
    );
  }
  return milliseconds;
};

/** A whole number, decimal or with 0x, within bounds. */
export const whole =
  (least: number, most: number): Read<number> =>
  (given) => {
    const value = /^(-?\d+|0x[0-9a-f]+)$/i.test(given) ? Number(given) : Number.NaN;
    if (!(value >= least && value <= most)) {
      const upTo = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
      throw new UsageError(`'${given}' is not a whole number ${upTo}`);
    }
    return value;
  };

export const fraction: Read<number> = (given) => {
  const value = given.trim() === '' ? Number.NaN : Number(given);
  if (!(value >= 0 && value <= 1)) throw new UsageError(`'${given}' is not a number from 0 to 1`);
  return value;
};

export const oneOf =
  <T extends string>(...known: readonly T[]): Read<T> =>
  (given) => {
    const found = known.find((word) => word === given);
    if (found === undefined) throw new UsageError(`'${given}' is none of ${known.join(', ')}`);
    return found;
  };

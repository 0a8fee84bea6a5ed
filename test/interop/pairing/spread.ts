/** Chooses values for what cannot be gone through whole, so that any two values come together somewhere. */

type Factors = Readonly<Record<string, readonly unknown[]>>;
export type Chosen<F extends Factors> = { readonly [K in keyof F]: F[K][number] };

/** How many choices are looked at for each setting. */
const TRIES = 20;

/** Numbers that look random and are the same in every run. */
const numbers = (): ((below: number) => number) => {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
};

const keysOf = (values: object): string[] =>
  Object.entries(values).map(([name, value]) => `${name}=${JSON.stringify(value)}`);

const pairsOf = (values: object): string[] => {
  const keys = keysOf(values);
  return keys.flatMap((a, at) => keys.slice(at + 1).map((b) => `${a}&${b}`));
};

/**
 * Gives each setting the values of further factors, of some at random those that bring most pairs of values together which have not met yet. `counts` tells
 * whether anything is learned from them there. A value may stand in a factor more than once, which makes it more frequent.
 */
export const spread = <S extends object, F extends Factors>(
  settings: readonly S[],
  factors: F,
  counts: (setting: S & Chosen<F>) => boolean,
): readonly (S & Chosen<F>)[] => {
  const random = numbers();
  const met = new Set<string>();
  const news = (values: object): string[] => pairsOf(values).filter((pair) => !met.has(pair));
  const candidate = (setting: S): S & Chosen<F> => {
    const chosen = Object.entries(factors).map(([name, values]) => [name, values[random(values.length)]]);
    return { ...setting, ...(Object.fromEntries(chosen) as Chosen<F>) };
  };
  return settings.map((setting) => {
    const candidates = Array.from({ length: TRIES }, () => candidate(setting));
    const gain = (values: S & Chosen<F>): number => (counts(values) ? news(values).length : 0);
    const best = candidates.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    if (counts(best)) for (const pair of pairsOf(best)) met.add(pair);
    return best;
  });
};

/** How many pairs of values of two factors meet in these settings, of how many. */
export const pairsMet = <F extends Factors>(
  settings: readonly Chosen<F>[],
  factors: F,
): { readonly met: number; readonly of: number } => {
  const only = (values: object): object =>
    Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(factors, name)));
  const distinct = Object.values(factors).map(
    (values) => new Set(values.map((value) => JSON.stringify(value))).size,
  );
  let of = 0;
  distinct.forEach((a, at) => {
    for (const b of distinct.slice(at + 1)) of += a * b;
  });
  return { met: new Set(settings.flatMap((setting) => pairsOf(only(setting)))).size, of };
};

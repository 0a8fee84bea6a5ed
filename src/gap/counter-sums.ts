/** Counters by name. */
export type CounterValues = Readonly<Record<string, number>>;

/** The counters of several layers side by side, each name behind that of its layer: `attMalformedPdus`. */
export const layered = (layers: Readonly<Record<string, CounterValues>>): CounterValues =>
  Object.fromEntries(
    Object.entries(layers).flatMap(([layer, values]) =>
      Object.entries(values).map(([name, value]) => [
        `${layer}${name[0]?.toUpperCase()}${name.slice(1)}`,
        value,
      ]),
    ),
  );

/** Adds up what has the same name. */
export const sumOf = (...all: readonly CounterValues[]): CounterValues => {
  const sums: Record<string, number> = {};
  for (const values of all) {
    for (const [name, value] of Object.entries(values)) sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
};

/** Pairs wait for their controllers more than they work, so that some run at the same time. */

/** Does the work for each item in their order, so many at a time, and gives a promise for each. */
export const sideBySide = <Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): readonly Promise<Result>[] => {
  const waiting: (() => void)[] = [];
  const startNext = (): void => waiting.shift()?.();
  const results = items.map((item) =>
    new Promise<void>((start) => {
      waiting.push(start);
    })
      .then(() => work(item))
      .finally(startNext),
  );
  // Whoever waits for one that failed hears of it; nobody has to wait for all.
  for (const result of results) result.catch(() => {});
  for (let started = 0; started < atOnce; started++) startNext();
  return results;
};

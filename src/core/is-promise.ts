/** Tells an answer that is there from one that is to come: what is there is used at once, without a turn of the event loop. */
export const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** Goes on with a value: at once where it is there. */
export const whenThere = <T, R>(value: T | Promise<T>, goOn: (value: T) => R | Promise<R>): R | Promise<R> =>
  isPromise(value) ? value.then(goOn) : goOn(value);

/** Does the steps one after the other: at once as long as nobody has to be waited for. */
export const eachInTurn = <T>(
  items: Iterable<T>,
  step: (item: T) => void | Promise<void>,
): void | Promise<void> => {
  let pending: Promise<void> | undefined;
  for (const item of items) {
    if (pending !== undefined) {
      pending = pending.then(() => step(item));
      continue;
    }
    const done = step(item);
    if (isPromise(done)) pending = done;
  }
  return pending;
};

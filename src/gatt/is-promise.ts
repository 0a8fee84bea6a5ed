/** Tells an answer that is there from one that is to come: what is there is used at once, without a turn of the event loop. */
export const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

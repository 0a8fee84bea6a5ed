import type { Clock, Timer } from './clock.ts';

/**
 * Calls back when `delayMs` have passed and what had arrived by then has been read. An event loop that was held up runs its timers before it reads, so
 * that a plain timer would find late what lies there already; the second one lets it be read first.
 */
export const afterReading = (clock: Clock, delayMs: number, callback: () => void): Timer => {
  let timer = clock.after(delayMs, () => {
    timer = clock.after(0, callback);
  });
  return { cancel: () => timer.cancel() };
};

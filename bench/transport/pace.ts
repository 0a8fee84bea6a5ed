const TICK_MS = 1;

/** Calls with how many should have left by now, each millisecond, up to `count`. */
export const pace = (count: number, perSecond: number, sendUpTo: (due: number) => void): void => {
  const began = performance.now();
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((performance.now() - began) * perSecond) / 1000));
    sendUpTo(due);
    if (due === count) clearInterval(timer);
  }, TICK_MS);
};

/** Waits for `durationMs`, and no longer than until the signal aborts; then it rejects with the signal's reason. */
export const untilAborted = (signal: AbortSignal, durationMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const done = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    // The longest delay that a timer takes: 24 days, which is as good as for ever in a shell.
    const timer = setTimeout(done, Math.min(durationMs, 0x7fff_ffff));
    signal.addEventListener('abort', onAbort, { once: true });
  });

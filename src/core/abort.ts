interface Waits {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** Who waits on each signal: a signal of the user's often guards many waits, and has one listener for all of them. */
const waitsOf = new WeakMap<AbortSignal, Waits>();

const listen = (signal: AbortSignal): Waits => {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    waitsOf.delete(signal);
    for (const callback of [...callbacks]) if (callbacks.delete(callback)) callback();
  };
  signal.addEventListener('abort', listener, { once: true });
  const waits = { callbacks, listener };
  waitsOf.set(signal, waits);
  return waits;
};

/** Calls back once when the signal aborts, which it has not done yet. The function returned takes it back; idempotent. */
export const onAbort = (signal: AbortSignal, callback: () => void): (() => void) => {
  const waits = waitsOf.get(signal) ?? listen(signal);
  const { callbacks, listener } = waits;
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0 || waitsOf.get(signal) !== waits) return;
    waitsOf.delete(signal);
    signal.removeEventListener('abort', listener);
  };
};

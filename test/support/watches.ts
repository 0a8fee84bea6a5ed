/** What tests may leave behind, each kind with its census. Imported once in a process: it goes between programs and what they call. */
import { getEventListeners } from 'node:events';
import type { Clock, Timer } from '../../src/core/clock.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { systemClock } from '../../src/core/system-clock.ts';
import { WaitScope } from '../../src/core/wait-scope.ts';
import { trail, watch } from './leftovers.ts';

// Timers: of an infinite delay too, because an unsettled procedure() without a deadline is exactly that.
const timers = new Set<Error>();
watch(() => [...timers].map((started) => `timer of ${trail(started)}`));
for (const clock of [ManualClock.prototype, systemClock]) {
  const after = clock.after;
  clock.after = function (this: Clock, delayMs, callback, options): Timer {
    const started = new Error();
    timers.add(started);
    const fire = (): void => {
      timers.delete(started);
      callback();
    };
    const timer: Timer = Reflect.apply(after, this, [delayMs, fire, options]);
    const cancel = (): void => {
      timers.delete(started);
      timer.cancel();
    };
    return { cancel };
  };
}

const scopes = new Set<WaitScope>();
watch(() => {
  // One that nobody waits in comes back with the next wait.
  for (const scope of scopes) if (scope.size === 0) scopes.delete(scope);
  return [...scopes].flatMap((scope) => repeat('wait in a WaitScope that has not ended', scope.size));
});
const add = WaitScope.prototype.add;
WaitScope.prototype.add = function (onEnd) {
  scopes.add(this);
  return add.call(this, onEnd);
};

// Listeners on signals that live on; the test runner's own have no trail.
const signals = new Set<AbortSignal>();
const listeners = new WeakMap<object, Error>();
watch(() => {
  // One that nobody listens to comes back with the next listener.
  for (const signal of signals)
    if (signal.aborted || getEventListeners(signal, 'abort').length === 0) signals.delete(signal);
  return [...signals]
    .flatMap((signal) => getEventListeners(signal, 'abort').map((listener) => listeners.get(listener)))
    .map((added) => (added === undefined ? '' : trail(added)))
    .filter((by) => by !== '')
    .map((by) => `listener on an AbortSignal, added by ${by}`);
});
AbortSignal.prototype.addEventListener = function (
  this: AbortSignal,
  ...args: Parameters<EventTarget['addEventListener']>
): void {
  signals.add(this);
  if (args[1] !== null) listeners.set(args[1], new Error());
  EventTarget.prototype.addEventListener.apply(this, args);
};

watch(() =>
  process
    .eventNames()
    .flatMap((name) => repeat(`listener for ${String(name)} on the process`, process.listenerCount(name))),
);

// What keeps the process alive: sockets, files, children. Timers of the test runner come and go, so timers are told by trail.
const passing = new Set(['Immediate', 'Timeout']);
watch(() => process.getActiveResourcesInfo().filter((name) => !passing.has(name)));

const handles = new Map<NodeJS.Timeout & { readonly _destroyed?: boolean }, Error>();
watch(() => {
  for (const timeout of handles.keys()) if (timeout._destroyed) handles.delete(timeout);
  return [...handles.values()].map(trail).flatMap((by) => (by === '' ? [] : [`timer of ${by}`]));
});
for (const name of ['setTimeout', 'setInterval'] as const) {
  const start = globalThis[name];
  const started = (...args: unknown[]): NodeJS.Timeout => {
    const timeout: NodeJS.Timeout = Reflect.apply(start, globalThis, args);
    handles.set(timeout, new Error());
    return timeout;
  };
  Object.assign(globalThis, { [name]: Object.assign(started, start) });
}

function repeat(name: string, times: number): string[] {
  return Array.from({ length: times }, () => name);
}

import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import { onAbort } from '../../../src/core/abort.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('a signal has one listener for all who wait on it, and none when nobody does', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const callbacks = Array.from({ length: 30 }, () => vi.fn());
  const leave = callbacks.map((callback) => onAbort(signal, callback));
  expect(listeners(signal)).toBe(1);
  leave[3]?.();
  leave[3]?.();
  for (const one of leave.slice(4)) one();
  expect(listeners(signal)).toBe(1);
  for (const one of leave) one();
  expect(listeners(signal)).toBe(0);
  const late = vi.fn();
  onAbort(signal, late);
  controller.abort();
  expect(late).toHaveBeenCalledTimes(1);
  for (const callback of callbacks) expect(callback).not.toHaveBeenCalled();
});

test('a callback may let others leave, who are not called then, and take itself back afterwards', () => {
  const controller = new AbortController();
  const second = vi.fn();
  let leaveSecond = (): void => undefined;
  const leaveFirst = onAbort(controller.signal, () => leaveSecond());
  leaveSecond = onAbort(controller.signal, second);
  controller.abort();
  leaveFirst();
  expect(listeners(controller.signal)).toBe(0);
  expect(second).not.toHaveBeenCalled();
});

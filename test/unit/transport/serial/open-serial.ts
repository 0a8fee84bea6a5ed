import { expect } from 'vitest';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import type { WaitOptions } from '../../../../src/core/procedure.ts';
import { openSerial, type SerialAddress } from '../../../../src/transport/serial/serial.ts';
import { FakeSerial, type FakeSerialOptions } from './fake-serial.ts';

export const path = '/dev/ttyX';

/** Lets streams, which work in ticks, run, and moves the clock on until `promise` settles. */
export const drive = async <T>(clock: ManualClock, promise: Promise<T>): Promise<T> => {
  let settled = false;
  const mark = (): void => {
    settled = true;
  };
  promise.then(mark, mark);
  for (let rounds = 0; !settled && rounds < 5000; rounds++) {
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    if (!settled && clock.nextInMs !== undefined) await clock.advance(clock.nextInMs);
  }
  expect(settled).toBe(true);
  return promise;
};

export const open = (fake: FakeSerial, at: Partial<SerialAddress> = {}, wait: WaitOptions = {}) => {
  const clock = new ManualClock();
  const opening = openSerial({ path, ...at }, { clock, ...wait }, fake.load);
  return { clock, opening };
};

export const opened = async (options: FakeSerialOptions, at: Partial<SerialAddress> = {}) => {
  const fake = new FakeSerial(options);
  const { clock, opening } = open(fake, at);
  const transport = await drive(clock, opening);
  const close = () => drive(clock, transport.close());
  return { fake, clock, transport, close };
};

export const refused = async (options: FakeSerialOptions, at: Partial<SerialAddress> = {}) => {
  const fake = new FakeSerial(options);
  const { clock, opening } = open(fake, at);
  const error = await drive(clock, opening).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(clock.pending).toBe(0);
  expect(fake.isOpen).toBe(false);
  expect(error).toBeInstanceOf(Error);
  return { error: error as Error, fake };
};

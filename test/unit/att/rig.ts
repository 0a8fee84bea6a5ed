import { afterEach } from 'vitest';
import { AttBearer, type AttBearerOptions } from '../../../src/att/att-bearer.ts';
import { Log, type LogRecord } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { FakeChannel } from '../../support/fake-att-channel.ts';

export const PEER = 'F0:F1:F2:F3:F4:F5';

const channels: FakeChannel[] = [];

afterEach(() => {
  for (const channel of channels.splice(0)) channel.disconnect();
});

export interface Rig {
  readonly clock: ManualClock;
  readonly channel: FakeChannel;
  readonly bearer: AttBearer;
  readonly records: LogRecord[];
  readonly poisonings: Error[];
  /** Lets everything that waits for nothing but its turn run. */
  settle(): Promise<void>;
}

/** A bearer whose peer is the test. The link ends with the test. */
export const makeRig = (options: Partial<AttBearerOptions> = {}): Rig => {
  const clock = new ManualClock();
  const channel = new FakeChannel(4);
  channels.push(channel);
  const records: LogRecord[] = [];
  const poisonings: Error[] = [];
  const bearer = new AttBearer({
    channel,
    clock,
    log: new Log((record) => records.push(record)),
    peer: PEER,
    onPoisoned: (error) => poisonings.push(error),
    ...options,
  });
  return { clock, channel, bearer, records, poisonings, settle: () => clock.advance(0) };
};

/** The outcome of a promise, for tests that look at several. */
export const outcome = <T>(promise: Promise<T>): Promise<T | Error> =>
  promise.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));

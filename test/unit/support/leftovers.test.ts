import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AsyncQueue } from '../../../src/core/async-queue.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { systemClock } from '../../../src/core/system-clock.ts';
import { WaitScope } from '../../../src/core/wait-scope.ts';
import { leavingNothing, watch } from '../../support/leftovers.ts';

const HERE = 'test/unit/support/leftovers.test.ts';
const clock = new ManualClock();
const nothing = (): void => undefined;

interface Untidy {
  readonly what: string;
  readonly named: string;
  /** Leaves something behind and returns how to take it back. */
  readonly leave: () => () => unknown;
}

const untidy: Untidy[] = [
  {
    what: 'a timer of a ManualClock',
    named: `timer of ${HERE}`,
    leave: () => {
      const timer = new ManualClock().after(5, nothing);
      return () => timer.cancel();
    },
  },
  {
    what: 'a timer of the system clock',
    named: 'timer of src/core/system-clock.ts',
    leave: () => {
      const timer = systemClock.after(60_000, nothing, { background: true });
      return () => timer.cancel();
    },
  },
  {
    what: 'a global timer',
    named: `timer of ${HERE}`,
    leave: () => {
      const timer = setInterval(nothing, 60_000).unref();
      return () => clearInterval(timer);
    },
  },
  {
    what: 'a wait without a deadline',
    named: 'timer of src/core/procedure.ts',
    leave: () => {
      const queue = new AsyncQueue({ what: 'waiting', limit: 1, overflow: 'dropOldest', clock });
      const next = queue.next();
      return () => {
        queue.end();
        return next;
      };
    },
  },
  {
    what: 'a wait in a scope',
    named: 'WaitScope',
    leave: () => new WaitScope().add(nothing),
  },
  {
    what: 'a listener on a signal',
    named: `listener on an AbortSignal, added by ${HERE}`,
    leave: () => {
      const controller = new AbortController();
      controller.signal.addEventListener('abort', nothing);
      return () => controller.abort();
    },
  },
  {
    what: 'a listener on the process',
    named: 'listener for SIGUSR2 on the process',
    leave: () => {
      process.on('SIGUSR2', nothing);
      return () => process.off('SIGUSR2', nothing);
    },
  },
  {
    what: 'a socket',
    named: 'TCPServerWrap',
    leave: () => {
      const server = createServer().listen(0);
      return () => server.close();
    },
  },
  {
    what: 'what a helper watches',
    named: '2 × channel 0x40',
    leave: () => {
      const open = ['channel 0x40', 'channel 0x40'];
      watch(() => open);
      return () => open.splice(0);
    },
  },
];

describe('a test that leaves something behind fails', () => {
  it.each(untidy)('$what', async ({ named, leave }) => {
    let takeBack: () => unknown = nothing;
    const work = async (): Promise<void> => {
      takeBack = leave();
    };
    await expect(leavingNothing(work, () => false)).rejects.toThrow(named);
    await takeBack();
  });

  it('unless it has failed already, which says enough', async () => {
    const scope = new WaitScope();
    const work = async (): Promise<void> => {
      scope.add(nothing);
    };
    await leavingNothing(work, () => true);
    scope.end(new Error());
  });
});

it.each(untidy)('what is taken back is no leftover: $what', async ({ leave }) => {
  await leavingNothing(
    async () => {
      await leave()();
    },
    () => false,
  );
});

it('gives handles that close by themselves some turns to do so', async () => {
  const work = async (): Promise<void> => {
    const server = createServer().listen(0);
    server.close();
  };
  await leavingNothing(work, () => false);
});

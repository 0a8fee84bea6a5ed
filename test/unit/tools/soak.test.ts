import { ManualClock } from 'jelling';
import { describe, expect, test, vi } from 'vitest';
import { Exit } from '../../../tools/exit.ts';
import { Output } from '../../../tools/output.ts';
import { judge, type Sample, type Verdict } from '../../../tools/soak-leaks.ts';
import { tellSoak } from '../../../tools/soak-report.ts';
import { type SoakResult, soak } from '../../../tools/soak-run.ts';
import { SoakTally } from '../../../tools/soak-tally.ts';
import { run } from './run-tool.ts';

/** As short as it may be. */
const SHORT = { hours: 0.2, seed: 3 };

test('an hour of hosts that get on with each other while things go wrong leaves nothing behind', async () => {
  const { status, events } = await run('soak', '--hours', '1', '--json');
  const [hour, result] = events;
  expect(events).toHaveLength(2);
  expect(hour).toMatchObject({ event: 'hour', hour: 1 });
  expect(result).toMatchObject({ event: 'result', leaks: [], violations: [] });
  for (const what of ['linksLost', 'recoveries', 'notifications']) expect(result?.[what]).toBeGreaterThan(0);
  const done = { done: expect.any(Number) };
  expect(result?.['operations']).toMatchObject({
    pair: { done: 1 },
    encrypt: done,
    discover: done,
    transfer: done,
    visit: done,
  });
  expect(status).toBe(Exit.ok);
});

test('timers and listeners that are never taken back are found, and told', async () => {
  const clock = new ManualClock();
  const planted: (() => void)[] = [];
  const remove = vi.spyOn(EventTarget.prototype, 'removeEventListener');
  remove.mockImplementation(function (this: EventTarget, ...of) {
    planted.push(() => this.removeEventListener(...of));
  });
  const onRound = (): void => {
    const timer = clock.after(1e9, () => undefined);
    planted.push(() => timer.cancel());
  };
  const result = await soak({ ...SHORT, clock, signal: new AbortController().signal, onRound });
  vi.restoreAllMocks();
  for (const takeBack of planted) takeBack();
  expect(leaking(result.verdicts)).toEqual(['timers', 'listeners']);
  const { well, text } = tell(result);
  expect(well).toBe(false);
  expect(text).toMatch(/^timers of the clock .* 4 +leaks$/m);
  expect(text).toMatch(/^leaks: timers of the clock, listeners of calls that have settled$/m);
  expect(text).not.toContain('no leak');
});

test('an abort ends it between two rounds, and closes all', async () => {
  const stop = new AbortController();
  const clock = new ManualClock();
  const soaking = soak({ ...SHORT, clock, signal: stop.signal, onRound: () => stop.abort('enough') });
  await expect(soaking).rejects.toBe('enough');
  expect(clock.pending).toBe(0);
});

/** What people see of it. */
const tell = (result: SoakResult) => {
  let text = '';
  const sink = { write: (chunk: string | Uint8Array) => (text += String(chunk)) };
  const well = tellSoak(new Output({ stdout: sink, stderr: sink, env: {}, json: false }), result);
  return { well, text };
};

test('no leak is told as that, a rule that a host has broken as a failure all the same', () => {
  const result = { tally: new SoakTally(), verdicts: judge([NOTHING, NOTHING, NOTHING, NOTHING], NOTHING) };
  const well = tell({ ...result, violations: [] });
  expect(well).toMatchObject({ well: true, text: expect.stringMatching(/^no leak$/m) });
  const broken = tell({ ...result, violations: ['sensor: overrun, 9 packets'] });
  expect(broken).toMatchObject({
    well: false,
    text: expect.stringContaining('broken by the sensor: overrun'),
  });
});

const leaking = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.filter(({ leaks }) => leaks).map(({ what }) => what);

const NOTHING: Sample = { timers: 0, links: 0, handles: 0, buffers: 0, listeners: 0, heapOctets: 1_000 };

describe('judging', () => {
  const leaks = (samples: readonly Partial<Sample>[], atEnd: Partial<Sample> = {}) =>
    leaking(
      judge(
        samples.map((sample) => ({ ...NOTHING, ...sample })),
        { ...NOTHING, ...atEnd },
      ),
    );

  test('what goes up and down is no leak', () => {
    expect(leaks([4, 9, 4, 9, 9, 9, 9, 9].map((timers) => ({ timers })))).toEqual([]);
  });

  test('what is never again as little is one', () => {
    expect(leaks([4, 8, 4, 9, 9, 9, 9, 9].map((timers) => ({ timers })))).toEqual(['timers']);
  });

  test('a heap may grow by a tenth', () => {
    const heap = (last: number) => [1_000, 900, 900, last].map((heapOctets) => ({ heapOctets }));
    expect(leaks(heap(1_100))).toEqual([]);
    expect(leaks(heap(1_101))).toEqual(['heapOctets']);
  });

  test('what is left when all is closed is one, the heap excepted', () => {
    expect(leaks([{}, {}, {}, {}], { links: 1, heapOctets: 5_000 })).toEqual(['links']);
  });

  test('nothing is said of a heap that was not looked at', () => {
    const unseen = { ...NOTHING, heapOctets: undefined };
    expect(judge([unseen, unseen, unseen, unseen], unseen).map(({ what }) => what)).not.toContain(
      'heapOctets',
    );
  });
});

describe('counting', () => {
  test('errors of the library are counted by code, others are thrown', async () => {
    const tally = new SoakTally();
    const lost = Object.assign(new Error('x'), { code: 'BLE_TIMEOUT' });
    await tally.attempt('read', () => Promise.resolve());
    await tally.attempt('read', () => Promise.reject(lost));
    expect(tally.operations).toEqual({ read: { done: 1, failed: { BLE_TIMEOUT: 1 } } });
    await expect(tally.attempt('read', () => Promise.reject(new Error('wrong')))).rejects.toThrow('wrong');
  });

  test('a listener that comes off later is none', async () => {
    const tally = new SoakTally();
    let off = (): void => undefined;
    await tally.attempt('read', async (listened) => {
      const listener = (): void => undefined;
      listened.addEventListener('abort', listener);
      off = () => listened.removeEventListener('abort', listener);
    });
    expect(tally.listeners).toBe(1);
    off();
    expect(tally.listeners).toBe(0);
  });
});

import { describe, expect, test } from 'vitest';
import { MOST_REMEMBERED, SightingLog } from '../../../tools/sighting-log.ts';

interface Seen {
  readonly name: string | undefined;
  readonly scannable: boolean;
  readonly rssi: number;
}

const seen = (name: string | undefined, rssi = 0, scannable = true): Seen => ({ name, rssi, scannable });

const makeLog = (options: { readonly all?: boolean; readonly most?: number } = {}) => {
  const printed: Seen[] = [];
  let full = 0;
  const log = new SightingLog<Seen>({
    all: options.all ?? false,
    most: options.most,
    print: (sighting) => printed.push(sighting),
    full: () => {
      full++;
    },
  });
  return { log, printed, timesFull: () => full };
};

describe('sightings', () => {
  test('are printed once for each device', () => {
    const { log, printed } = makeLog();
    log.add('a', seen('A', 1));
    log.add('a', seen('A', 2));
    log.add('b', seen('B', 3));
    log.end();
    expect(printed).toEqual([seen('A', 1), seen('B', 3)]);
    expect(log.count).toBe(2);
  });

  test('wait for a name that a scan response may bring', () => {
    const { log, printed } = makeLog();
    log.add('a', seen(undefined, 1));
    log.add('b', seen(undefined, 2, false));
    expect(printed).toEqual([seen(undefined, 2, false)]);
    log.add('a', seen('A', 3));
    expect(printed.at(-1)).toEqual(seen('A', 3));
    log.end();
    expect(printed).toHaveLength(2);
  });

  test('are printed at the end where no name came, with what was heard last', () => {
    const { log, printed } = makeLog();
    log.add('a', seen(undefined, 1));
    log.add('a', seen(undefined, 2));
    expect(printed).toEqual([]);
    log.end();
    expect(printed).toEqual([seen(undefined, 2)]);
  });

  test('are all printed where that is wanted', () => {
    const { log, printed } = makeLog({ all: true });
    log.add('a', seen(undefined, 1));
    log.add('a', seen(undefined, 2));
    log.end();
    expect(printed).toHaveLength(2);
    expect(log.count).toBe(1);
  });

  test('end with as many devices as were asked for', () => {
    const { log, printed, timesFull } = makeLog({ most: 1 });
    log.add('a', seen(undefined));
    log.add('b', seen('B'));
    log.add('c', seen('C'));
    log.end();
    expect(printed).toEqual([seen('B')]);
    expect([log.count, timesFull()]).toEqual([1, 1]);
  });

  test('of very many devices the oldest is forgotten, and printed when it comes again', () => {
    const { log, printed } = makeLog();
    for (let i = 0; i <= MOST_REMEMBERED; i++) log.add(`${i}`, seen('A'));
    log.add(`${MOST_REMEMBERED}`, seen('B'));
    expect(printed.at(-1)?.name).toBe('A');
    log.add('0', seen('B'));
    expect(printed.at(-1)?.name).toBe('B');
    expect(log.count).toBe(MOST_REMEMBERED + 2);
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  HciError,
  InvalidArgumentError,
  InvalidStateError,
  TimeoutError,
  TransportError,
} from '../../../../src/core/errors.ts';
import { AdvertisingManager } from '../../../../src/gap/advertising/advertising-manager.ts';
import { Connector } from '../../../../src/gap/connecting/connect.ts';
import { own, peerOf, type RadioBench, radioBench } from '../../../support/fake-radio.ts';

const central = peerOf('00:00:00:00:00:0A');
const other = peerOf('00:00:00:00:00:0B');

let bench: RadioBench;
let manager: AdvertisingManager<string>;

const start = (abilities = {}): void => {
  bench?.end();
  bench = radioBench(abilities);
  manager = new AdvertisingManager(bench.radio, ({ peer }) => peer.address);
};

beforeEach(() => start());
afterEach(() => {
  expect(bench.fake.faults).toEqual([]);
  bench.end();
});

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('it resolved');
    },
    (error: unknown) => error,
  );

const setUp = ['setAdvertisingParameters', 'setAdvertisingData', 'setScanResponseData', 'enableAdvertising'];

describe('advertise', () => {
  test('resolves with the first connection, and advertises no more', async () => {
    const advertising = manager.advertise({ name: 'sensor', intervalMs: 250 });
    await bench.settle();
    expect(bench.fake.steps[1]).toEqual({
      op: 'setAdvertisingParameters',
      handle: 0,
      parameters: { kind: 'connectable', interval: 400, peer: undefined },
      own,
      filtered: false,
    });
    expect(bench.fake.take()).toEqual(['setRandomAddress', ...setUp]);
    bench.fake.linkUp('peripheral', central);
    expect(await advertising).toBe(central.address);
    await bench.settle();
    expect(bench.fake.take()).toEqual([]);
  });

  test('one after the other: only what has changed is set again, and no scan response lives on', async () => {
    const first = manager.advertise({ name: 'n'.repeat(29) });
    await bench.settle();
    expect(bench.fake.responses.get(0)?.length).toBe(31);
    bench.fake.linkUp('peripheral', central);
    await first;
    bench.fake.take();
    const second = manager.advertise({ advertisingData: Uint8Array.of(2, 1, 6) });
    await bench.settle();
    expect(bench.fake.take()).toEqual([
      'setAdvertisingParameters',
      'setScanResponseData',
      'enableAdvertising',
    ]);
    expect(bench.fake.responses.get(0)?.length).toBe(0);
    bench.fake.linkUp('peripheral', other);
    await second;
  });

  test('a second one at once is refused by a controller with one set', async () => {
    const first = manager.advertise();
    const error = await rejection(manager.advertise());
    expect(error).toBeInstanceOf(InvalidStateError);
    expect((error as Error).message).toBe(
      'the controller has one advertising set, in use for advertising: close that first, or abort it with its signal',
    );
    await bench.settle();
    bench.fake.linkUp('peripheral', central);
    await first;
  });

  test('a deadline ends it in the controller first', async () => {
    const error = await bench.clock.run(rejection(manager.advertise({ timeoutMs: 300 })));
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as Error).message).toContain(
      'timed out after 300 ms while advertising and waiting for a connection',
    );
    expect(bench.fake.enabled.size).toBe(0);
    await bench.settle();
    expect(bench.clock.pending).toBe(0);
  });

  test('an abort rejects with its reason', async () => {
    const abort = new AbortController();
    const advertising = rejection(manager.advertise({ signal: abort.signal }));
    await bench.settle();
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await advertising).toBe(reason);
    expect(bench.fake.enabled.size).toBe(0);
    const next = manager.advertise();
    await bench.settle();
    bench.fake.linkUp('peripheral', central);
    await next;
  });

  test('a central that gets through while it is given up is disconnected', async () => {
    const abort = new AbortController();
    const advertising = rejection(manager.advertise({ signal: abort.signal }));
    await bench.settle();
    abort.abort(new Error('enough'));
    const link = bench.fake.linkUp('peripheral', central);
    await advertising;
    expect(bench.fake.dropped).toEqual([link]);
    expect(bench.radio.counters.get('linksUnclaimed')).toBe(1);
  });

  test('limited discoverable mode ends after 180 s', async () => {
    const error = await bench.clock.run(rejection(manager.advertise({ discoverable: 'limited' })), 200_000);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(bench.clock.now()).toBe(180_000);
    expect(bench.fake.data.get(0)).toEqual(Uint8Array.of(2, 1, 5));
  });

  test('what does not fit rejects, and the set is free', async () => {
    expect(await rejection(manager.advertise({ name: 'n'.repeat(40) }))).toBeInstanceOf(InvalidArgumentError);
    expect(
      await rejection(manager.advertise({ name: 'n', advertisingData: Uint8Array.of(1) })),
    ).toBeInstanceOf(InvalidArgumentError);
    expect(await rejection(manager.advertise({ advertisingData: new Uint8Array(32) }))).toBeInstanceOf(
      InvalidArgumentError,
    );
    expect(await rejection(manager.advertise({ intervalMs: 10 }))).toBeInstanceOf(InvalidArgumentError);
    const advertising = manager.advertise();
    await bench.settle();
    bench.fake.linkUp('peripheral', central);
    await advertising;
  });

  test('raw payloads are sent as they are, malformed ones too', async () => {
    const advertising = manager.advertise({
      advertisingData: Uint8Array.of(9, 9),
      scanResponseData: Uint8Array.of(0),
    });
    await bench.settle();
    expect([bench.fake.data.get(0), bench.fake.responses.get(0)]).toEqual([
      Uint8Array.of(9, 9),
      Uint8Array.of(0),
    ]);
    bench.fake.linkUp('peripheral', central);
    await advertising;
  });

  test('a refusal rejects with it', async () => {
    bench.fake.refusals.set('setAdvertisingParameters', [0x12]);
    const error = await rejection(manager.advertise());
    expect(error).toBeInstanceOf(HciError);
    const next = manager.advertise();
    await bench.settle();
    bench.fake.linkUp('peripheral', central);
    await next;
  });

  test('a lost controller rejects', async () => {
    const advertising = rejection(manager.advertise());
    await bench.settle();
    bench.fake.lose();
    expect(await advertising).toBeInstanceOf(TransportError);
  });
});

describe('directed', () => {
  const directed = { ...central, highDutyCycle: true };

  test('names the peer and sends no data', async () => {
    const advertising = manager.advertise({ directed: central });
    await bench.settle();
    expect(bench.fake.take()).toEqual(['setRandomAddress', 'setAdvertisingParameters', 'enableAdvertising']);
    bench.fake.linkUp('peripheral', central);
    await advertising;
  });

  test('high duty cycle that times out in the controller is a TimeoutError', async () => {
    const advertising = rejection(manager.advertise({ directed }));
    await bench.settle();
    bench.fake.advertisingTimedOut();
    const error = await advertising;
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as Error).message).toContain('advertising to 00:00:00:00:00:0A');
  });

  test('an advertising timeout is no answer to a connection attempt', async () => {
    const connector = new Connector(bench.radio);
    const advertising = rejection(manager.advertise({ directed }));
    const connecting = connector.connect({ peer: other });
    await bench.settle();
    bench.fake.advertisingTimedOut();
    await advertising;
    bench.fake.linkUp('central', other);
    expect((await connecting).peer).toEqual(other);
  });

  test('fields beside it are refused', async () => {
    const error = await rejection(manager.advertise({ directed, name: 'x' }));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toContain('leave out name');
  });
});

describe('advertising for one central after the other', () => {
  test('goes on by being enabled when the next connection is asked for', async () => {
    const advertising = manager.advertising();
    for (const peer of [central, other]) {
      const next = advertising.next();
      await bench.settle();
      bench.fake.linkUp('peripheral', peer);
      expect((await next).value).toBe(peer.address);
      await bench.settle();
      expect(bench.fake.enabled.size).toBe(0);
    }
    expect(bench.fake.take()).toEqual(['setRandomAddress', ...setUp, 'enableAdvertising']);
    await advertising.close();
  });

  test('close() wakes next() and gives the set back', async () => {
    const advertising = manager.advertising();
    const next = advertising.next();
    await bench.settle();
    await advertising.close();
    await advertising.close();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await advertising.next()).toEqual({ done: true, value: undefined });
    expect(bench.fake.enabled.size).toBe(0);
    await manager.advertising().close();
  });

  describe('started()', () => {
    test('waits for next(), and for the answer of the controller', async () => {
      let answer = (): void => undefined;
      bench.fake.slowAnswers.set(
        'enableAdvertising',
        new Promise((resolve) => {
          answer = resolve;
        }),
      );
      const advertising = manager.advertising();
      const seen: string[] = [];
      const waiting = advertising.started().then(() => seen.push('started'));
      await bench.settle();
      expect(bench.fake.steps).toEqual([]);
      const next = advertising.next();
      await bench.settle();
      expect(bench.fake.steps.at(-1)?.op).toBe('enableAdvertising');
      expect(seen).toEqual([]);
      answer();
      await waiting;
      await advertising.started();
      await advertising.close();
      expect(await next).toEqual({ done: true, value: undefined });
    });

    test('a link that comes before the answer says it too', async () => {
      bench.fake.slowAnswers.set('enableAdvertising', new Promise(() => undefined));
      const advertising = manager.advertising();
      const order: string[] = [];
      const next = advertising.next().then(() => order.push('connected'));
      advertising.started().then(
        () => order.push('started'),
        () => order.push('failed'),
      );
      await bench.settle();
      bench.fake.linkUp('peripheral', central);
      await next;
      expect(order).toEqual(['started', 'connected']);
      bench.end();
      await advertising.close();
    });

    test('begins anew after each connection', async () => {
      const advertising = manager.advertising();
      const first = advertising.next();
      await advertising.started();
      bench.fake.linkUp('peripheral', central);
      await first;
      const tooEarly = rejection(advertising.started({ timeoutMs: 5 }));
      await bench.clock.advance(5);
      expect(await tooEarly).toBeInstanceOf(TimeoutError);
      expect(String(await tooEarly)).toContain('call that first');
      const second = advertising.next();
      await advertising.started();
      await advertising.close();
      expect((await second).done).toBe(true);
    });

    test('rejects with the refusal, with the end, and when it is closed', async () => {
      bench.fake.refusals.set('enableAdvertising', [0x12]);
      const refused = manager.advertising();
      const next = rejection(refused.next());
      expect(await rejection(refused.started())).toBeInstanceOf(HciError);
      expect(await next).toBeInstanceOf(HciError);
      const closed = manager.advertising();
      const waiting = rejection(closed.started());
      await closed.close();
      expect(await waiting).toBeInstanceOf(InvalidStateError);
      expect(await rejection(closed.started())).toBeInstanceOf(InvalidStateError);
    });
  });

  test('leaving the loop closes it', async () => {
    const advertising = manager.advertising();
    const loop = (async () => {
      for await (const peer of advertising) return peer;
      return undefined;
    })();
    await bench.settle();
    bench.fake.linkUp('peripheral', central);
    expect(await loop).toBe(central.address);
    await manager.advertising().close();
  });

  test('an iteration that ends with an error has given its set back', async () => {
    const abort = new AbortController();
    const loop = rejection(
      (async () => {
        for await (const _ of manager.advertising({ signal: abort.signal }));
      })(),
    );
    await bench.settle();
    abort.abort(new Error('enough'));
    await loop;
    await manager.advertising().close();
  });

  test('a link that comes in the moment of close() is closed', async () => {
    const advertising = manager.advertising();
    const next = advertising.next();
    await bench.settle();
    const link = bench.fake.linkUp('peripheral', central);
    const closing = advertising.close();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(bench.fake.dropped).toEqual([link]);
    await closing;
  });

  test('a link that nobody can make a connection of is closed', async () => {
    const failing = new AdvertisingManager<string>(bench.radio, () => {
      throw new Error('no room');
    });
    const advertised = rejection(failing.advertise());
    await bench.settle();
    const link = bench.fake.linkUp('peripheral', central);
    expect(await advertised).toMatchObject({ message: 'no room' });
    expect(bench.fake.dropped).toEqual([link]);
  });

  test('one reader at a time', async () => {
    const advertising = manager.advertising();
    const next = advertising.next();
    expect(await rejection(advertising.next())).toBeInstanceOf(InvalidStateError);
    await advertising.close();
    await next;
  });

  test('a controller that will not advertise while a link is up does so when it has ended', async () => {
    const advertising = manager.advertising();
    const first = advertising.next();
    await bench.settle();
    const link = bench.fake.linkUp('peripheral', central);
    await first;
    bench.fake.refusals.set('enableAdvertising', [0x0c]);
    const second = advertising.next();
    await bench.settle();
    expect(bench.fake.enabled.size).toBe(0);
    expect(bench.radio.counters.get('setsBlocked')).toBe(1);
    link.disconnect();
    await bench.settle();
    expect(bench.fake.enabled.size).toBe(1);
    bench.fake.linkUp('peripheral', other);
    await second;
    await advertising.close();
  });

  test('and asks again where the link ends before the refusal is read', async () => {
    const advertising = manager.advertising();
    const first = advertising.next();
    await bench.settle();
    const link = bench.fake.linkUp('peripheral', central);
    await first;
    bench.fake.refusals.set('enableAdvertising', [0x09]);
    let answer = (): void => {};
    bench.fake.slowAnswers.set('enableAdvertising', new Promise((resolve) => (answer = resolve)));
    const second = advertising.next();
    await bench.settle();
    link.disconnect();
    bench.fake.slowAnswers.clear();
    answer();
    await bench.settle();
    expect(bench.fake.enabled.size).toBe(1);
    bench.fake.linkUp('peripheral', other);
    await second;
    await advertising.close();
  });

  test('and the deadline says so', async () => {
    const advertising = manager.advertising({ timeoutMs: 500 });
    const first = advertising.next();
    await bench.settle();
    bench.fake.linkUp('peripheral', central);
    await first;
    bench.fake.refusals.set('enableAdvertising', [0x09]);
    const error = await bench.clock.run(rejection(advertising.next()));
    expect((error as Error).message).toContain('while 1 link is up');
    await advertising.close();
  });
});

describe('broadcast', () => {
  test('is not connectable, and ends with its duration', async () => {
    const broadcasting = manager.broadcast({ manufacturer: [1, Uint8Array.of(2)], durationMs: 1_000 });
    await bench.settle();
    expect(bench.fake.steps[1]).toMatchObject({ parameters: { kind: 'nonConnectable' } });
    expect(bench.fake.data.get(0)).toEqual(Uint8Array.of(4, 0xff, 1, 0, 2));
    await bench.clock.run(broadcasting);
    expect(bench.clock.now()).toBe(1_000);
    expect(bench.fake.enabled.size).toBe(0);
  });

  test('is scannable where it has more to say', async () => {
    const broadcasting = manager.broadcast({ name: 'n'.repeat(29), services: [0x180d], durationMs: 10 });
    await bench.settle();
    expect(bench.fake.steps[1]).toMatchObject({ parameters: { kind: 'scannable' } });
    await bench.clock.run(broadcasting);
  });

  test('a deadline before the duration is one', async () => {
    const error = await bench.clock.run(rejection(manager.broadcast({ durationMs: 1_000, timeoutMs: 500 })));
    expect(error).toBeInstanceOf(TimeoutError);
  });

  test('an abort ends it, also with a reason that is a TimeoutError', async () => {
    const abort = new AbortController();
    const broadcasting = rejection(manager.broadcast({ signal: abort.signal, durationMs: 1_000 }));
    await bench.settle();
    const reason = new TimeoutError('the user had enough', 1);
    abort.abort(reason);
    expect(await broadcasting).toBe(reason);
    expect(bench.fake.enabled.size).toBe(0);
  });

  test('a refusal rejects, and gives the set back', async () => {
    bench.fake.refusals.set('enableAdvertising', [0x12]);
    expect(await rejection(manager.broadcast())).toBeInstanceOf(HciError);
    await manager.advertising().close();
  });
});

describe('with several sets', () => {
  beforeEach(() => start({ extended: true, advertisingSets: 3 }));

  test('LE Advertising Set Terminated says whose a link is', async () => {
    const [one, two] = [manager.advertise({ name: 'one' }), manager.advertise({ name: 'two' })];
    await bench.settle();
    const link = bench.fake.linkUp('peripheral', central);
    bench.fake.setTerminated(1, link.handle);
    expect(await two).toBe(central.address);
    const second = bench.fake.linkUp('peripheral', other);
    bench.fake.setTerminated(0, second.handle);
    expect(await one).toBe(other.address);
    expect(bench.fake.dropped).toEqual([]);
  });

  test('a link that is never said to belong to a set is closed', async () => {
    const all = [manager.advertise(), manager.advertise()].map(rejection);
    await bench.settle();
    const lost = bench.fake.linkUp('peripheral', central);
    await bench.clock.advance(999);
    expect(bench.fake.dropped).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.fake.dropped).toEqual([lost]);
    expect(bench.radio.counters.all()['linksUnclaimed']).toBe(1);
    bench.end();
    await Promise.all(all);
  });

  test('a link that ends before it is known whose it was harms nobody', async () => {
    const all = [manager.advertise(), manager.advertise()];
    await bench.settle();
    const link = bench.fake.linkUp('peripheral', central);
    link.disconnect();
    bench.fake.setTerminated(1, link.handle);
    await bench.settle();
    expect(bench.fake.enabled.size).toBe(2);
    for (const handle of [0, 1]) {
      const next = bench.fake.linkUp('peripheral', other);
      bench.fake.setTerminated(handle, next.handle);
      await bench.settle();
    }
    await Promise.all(all);
  });

  test('a fourth is refused', async () => {
    const sets = [manager.advertising(), manager.advertising(), manager.advertising()];
    expect(() => manager.advertising()).toThrow('3 advertising sets');
    await Promise.all(sets.map((set) => set.close()));
  });

  test('high duty cycle directed advertising ends by its set', async () => {
    const advertising = rejection(manager.advertise({ directed: { ...central, highDutyCycle: true } }));
    await bench.settle();
    bench.fake.setTerminated(0);
    expect(await advertising).toBeInstanceOf(TimeoutError);
  });
});

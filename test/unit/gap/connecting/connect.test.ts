import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  HciError,
  InvalidArgumentError,
  InvalidStateError,
  TimeoutError,
  TransportError,
} from '../../../../src/core/errors.ts';
import { Connector } from '../../../../src/gap/connecting/connect.ts';
import { own, peerOf, type RadioBench, radioBench } from '../../../support/fake-radio.ts';

const a = peerOf('00:00:00:00:00:0A');
const b = peerOf('00:00:00:00:00:0B');
const c = peerOf('C0:00:00:00:00:0C', 'random');
const resolvable = peerOf('40:00:00:00:00:0D', 'random');

let bench: RadioBench;
let connector: Connector;

const start = (abilities = {}): void => {
  bench?.end();
  bench = radioBench(abilities);
  connector = new Connector(bench.radio);
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

const targets = (): string[] =>
  (bench.fake.initiating?.want.peers ?? []).map(({ address }) => address.slice(-2));

describe('one attempt', () => {
  test('resolves with the link, and the radio rests', async () => {
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    expect(bench.fake.take()).toEqual(['setRandomAddress', 'initiate']);
    const link = bench.fake.linkUp('central', a);
    const newLink = await connecting;
    expect(newLink.link).toBe(link);
    expect(newLink.role).toBe('central');
    expect(newLink.own).toEqual(own);
    await bench.settle();
    expect(bench.fake.take()).toEqual([]);
    expect(connector.pending).toBe(0);
  });

  test('a link whose event comes with the answer to the command is not lost', async () => {
    const connecting = connector.connect({ peer: a });
    const run = bench.fake.run.bind(bench.fake);
    bench.fake.run = (step) => {
      const answer = run(step);
      return step.op === 'initiate' ? answer.then(() => void bench.fake.linkUp('central', a)) : answer;
    };
    expect((await connecting).peer).toEqual(a);
  });

  test('a deadline cancels the attempt in the controller before it rejects', async () => {
    const connecting = rejection(connector.connect({ peer: a, timeoutMs: 500 }));
    const error = await bench.clock.run(connecting);
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as Error).message).toContain(
      'timed out after 500 ms while connecting to 00:00:00:00:00:0A',
    );
    expect(bench.fake.take()).toEqual(['setRandomAddress', 'initiate', 'cancelInitiating']);
    expect(bench.fake.initiating).toBeUndefined();
  });

  test('the default deadline is 10 s', async () => {
    const connecting = rejection(connector.connect({ peer: a }));
    await bench.clock.run(connecting);
    expect(bench.clock.now()).toBe(10_000);
  });

  test('an abort rejects with its reason when the attempt is over', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const connecting = rejection(connector.connect({ peer: a, signal: abort.signal }));
    await bench.settle();
    abort.abort(reason);
    expect(await connecting).toBe(reason);
    expect(bench.fake.initiating).toBeUndefined();
  });

  test('an abort before the command was sent sends nothing', async () => {
    const abort = new AbortController();
    const connecting = rejection(connector.connect({ peer: a, signal: abort.signal }));
    abort.abort(new Error('enough'));
    await connecting;
    await bench.settle();
    expect(bench.fake.take()).toEqual([]);
  });

  test('a link that wins against the cancel is closed and counted', async () => {
    const connecting = rejection(connector.connect({ peer: a, timeoutMs: 500 }));
    bench.fake.cancelLies = true;
    await bench.clock.advance(500);
    const link = bench.fake.linkUp('central', a);
    expect(await connecting).toBeInstanceOf(TimeoutError);
    expect(bench.fake.dropped).toEqual([link]);
    expect(bench.radio.counters.get('linksUnclaimed')).toBe(1);
  });

  test('an error in Connection Complete rejects with its name', async () => {
    const connecting = rejection(connector.connect({ peer: a }));
    await bench.settle();
    bench.fake.failAttempt(0x3e);
    const error = await connecting;
    expect(error).toBeInstanceOf(HciError);
    expect((error as HciError).status).toBe(0x3e);
    expect((error as HciError).message).toContain('Connection Failed to be Established');
    await bench.settle();
    expect(bench.fake.take()).toEqual(['setRandomAddress', 'initiate']);
  });

  test('a refused command rejects', async () => {
    bench.fake.refusals.set('initiate', [0x09]);
    expect(await rejection(connector.connect({ peer: a }))).toMatchObject({ status: 0x09 });
    expect(connector.pending).toBe(0);
  });

  test('parameters out of range reject, and nothing is sent', async () => {
    expect(await rejection(connector.connect({ peer: a, minIntervalMs: 5 }))).toBeInstanceOf(
      InvalidArgumentError,
    );
    expect(await rejection(connector.connect({ peer: a, timeoutMs: 0 }))).toBeInstanceOf(
      InvalidArgumentError,
    );
    await bench.settle();
    expect(bench.fake.take()).toEqual([]);
  });

  test('a second attempt to the same peer is refused', async () => {
    const connecting = connector.connect({ peer: a });
    expect(await rejection(connector.connect({ peer: a }))).toBeInstanceOf(InvalidStateError);
    await bench.settle();
    bench.fake.linkUp('central', a);
    await connecting;
  });

  test('a lost controller rejects what waits, and what comes later', async () => {
    const connecting = rejection(connector.connect({ peer: a }));
    await bench.settle();
    bench.fake.lose();
    expect(await connecting).toBeInstanceOf(TransportError);
    expect(await rejection(connector.connect({ peer: b }))).toBeInstanceOf(TransportError);
    expect(connector.pending).toBe(0);
  });

  test('a controller lost during the cancel rejects too', async () => {
    bench.fake.cancelLies = true;
    const connecting = rejection(connector.connect({ peer: a, timeoutMs: 100 }));
    await bench.clock.advance(200);
    bench.fake.lose();
    expect(await connecting).toBeInstanceOf(TimeoutError);
  });

  test('a link to the address that the controller resolved counts as the one asked for', async () => {
    const connecting = connector.connect({ peer: resolvable });
    await bench.settle();
    bench.fake.linkUp('central', a, { peerResolvableAddress: resolvable.address });
    expect((await connecting).peer).toEqual(a);
  });

  test('a link that nobody asked for is closed and counted, and the attempt goes on', async () => {
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    const stray = bench.fake.linkUp('central', b);
    expect(bench.fake.dropped).toEqual([stray]);
    await bench.settle();
    bench.fake.linkUp('central', a);
    await connecting;
  });
});

describe('many attempts', () => {
  test('equal ones to lasting addresses share the accept list, and each gets its link', async () => {
    const all = [
      connector.connect({ peer: a }),
      connector.connect({ peer: b }),
      connector.connect({ peer: c }),
    ];
    await bench.settle();
    expect(bench.fake.acceptList.length).toBe(3);
    for (const peer of [b, c, a]) {
      bench.fake.linkUp('central', peer);
      await bench.settle();
    }
    expect((await Promise.all(all)).map(({ peer }) => peer)).toEqual([a, b, c]);
    expect(bench.fake.initiating).toBeUndefined();
  });

  test('who comes later joins: cancel, completion, edit, restart', async () => {
    const first = connector.connect({ peer: a });
    await bench.settle();
    bench.fake.take();
    const second = connector.connect({ peer: b });
    await bench.settle();
    expect(bench.fake.take()).toEqual([
      'cancelInitiating',
      'clearAcceptList',
      'addToAcceptList',
      'addToAcceptList',
      'initiate',
    ]);
    bench.fake.linkUp('central', b);
    await second;
    await bench.settle();
    expect(targets()).toEqual(['0A']);
    bench.fake.linkUp('central', a);
    await first;
  });

  test('a link won while the list is being changed is delivered', async () => {
    const first = connector.connect({ peer: a });
    await bench.settle();
    bench.fake.cancelLies = true;
    const second = connector.connect({ peer: b });
    await bench.settle();
    bench.fake.linkUp('central', a);
    expect((await first).peer).toEqual(a);
    bench.fake.cancelLies = false;
    await bench.settle();
    expect(targets()).toEqual(['0B']);
    bench.fake.linkUp('central', b);
    await second;
  });

  test('other parameters, or an address that changes, take turns: none starves', async () => {
    const seen = new Set<string>();
    const all = [
      connector.connect({ peer: a }),
      connector.connect({ peer: b, maxIntervalMs: 100 }),
      connector.connect({ peer: resolvable }),
    ].map(rejection);
    for (let i = 0; i < 9; i++) {
      await bench.clock.advance(1_000);
      expect(targets().length).toBe(1);
      for (const target of targets()) seen.add(target);
    }
    expect(seen).toEqual(new Set(['0A', '0B', '0D']));
    await bench.clock.advance(1_000);
    for (const error of await Promise.all(all)) {
      expect(error).toBeInstanceOf(TimeoutError);
      expect((error as Error).message).toContain('took turns with other attempts');
    }
    expect(bench.clock.pending).toBe(0);
  });

  test('one that gives up leaves the others looking', async () => {
    const first = rejection(connector.connect({ peer: a, timeoutMs: 300 }));
    const second = connector.connect({ peer: b });
    await bench.clock.run(first);
    await bench.settle();
    expect(targets()).toEqual(['0B']);
    bench.fake.linkUp('central', b);
    await second;
  });

  test('more than the accept list holds take turns', async () => {
    start({ acceptListSize: 2 });
    const all = [a, b, c].map((peer) => connector.connect({ peer }));
    await bench.settle();
    expect(targets()).toEqual(['0A', '0B']);
    await bench.clock.advance(2_000);
    expect(targets()).toContain('0C');
    for (const peer of [c, a, b]) {
      while (!targets().includes(peer.address.slice(-2))) await bench.clock.advance(1_000);
      bench.fake.linkUp('central', peer);
      await bench.settle();
    }
    await Promise.all(all);
  });

  test('an accept list smaller than it said is learned from', async () => {
    bench.fake.acceptListSize = 2;
    const all = [a, b, c].map((peer) => connector.connect({ peer }));
    await bench.settle();
    expect(targets()).toEqual(['0A', '0B']);
    for (const peer of [a, b, c]) {
      bench.fake.linkUp('central', peer);
      await bench.settle();
    }
    await Promise.all(all);
  });

  test('a controller that has no accept list is asked one by one', async () => {
    bench.fake.refusals.set('clearAcceptList', [0x01]);
    const all = [a, b].map((peer) => connector.connect({ peer }));
    await bench.settle();
    expect(targets()).toEqual(['0A']);
    bench.fake.linkUp('central', a);
    await bench.settle();
    bench.fake.linkUp('central', b);
    await Promise.all(all);
  });
});

test('a refusal of many is tried one by one: only the guilty one is told', async () => {
  bench.fake.refusals.set('initiate', [0x0b, 0x0b]);
  const [guilty, innocent] = [rejection(connector.connect({ peer: a })), connector.connect({ peer: b })];
  expect(await guilty).toMatchObject({ status: 0x0b });
  await bench.settle();
  expect(targets()).toEqual(['0B']);
  bench.fake.linkUp('central', b);
  await innocent;
});

describe('a controller whose cancel lies', () => {
  test('is waited for so long and no longer; the next attempt says what is wrong', async () => {
    bench.fake.cancelLies = true;
    const first = rejection(connector.connect({ peer: a, timeoutMs: 1_000 }));
    await bench.clock.run(first);
    expect(bench.clock.now()).toBe(3_000);
    expect(bench.radio.counters.get('cancelsUnanswered')).toBe(1);
    const error = await rejection(connector.connect({ peer: b }));
    expect(error).toBeInstanceOf(HciError);
    expect((error as Error).message).toContain('never completed');
  });

  test('may still come up with the peer that was given up: it is closed', async () => {
    bench.fake.cancelLies = true;
    await bench.clock.run(rejection(connector.connect({ peer: a, timeoutMs: 1_000 })));
    const late = bench.fake.linkUp('central', a);
    expect(bench.fake.dropped).toEqual([late]);
    const second = connector.connect({ peer: b });
    await bench.settle();
    bench.fake.linkUp('central', b);
    await second;
  });
});

describe('an accept list that is kept and ignored', () => {
  test('is doubted every other turn, until a link has come through it', async () => {
    const all = [a, b].map((peer) => connector.connect({ peer, timeoutMs: 60_000 }));
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      await bench.settle();
      seen.push(targets().join(' '));
      await bench.clock.advance(2_000);
    }
    expect(seen).toEqual(['0A 0B', '0A', '0B 0A', '0B']);
    bench.fake.linkUp('central', a);
    await bench.settle();
    const third = connector.connect({ peer: c });
    await bench.clock.advance(4_000);
    bench.fake.linkUp('central', c);
    await third;
    bench.fake.linkUp('central', b);
    await Promise.all(all);
  });

  test('is trusted from then on', async () => {
    const all = [a, b, c].map((peer) => connector.connect({ peer }));
    await bench.settle();
    bench.fake.linkUp('central', a);
    for (let i = 0; i < 3; i++) {
      await bench.clock.advance(2_000);
      expect(targets()).toEqual(['0B', '0C']);
    }
    bench.fake.linkUp('central', b);
    await bench.settle();
    bench.fake.linkUp('central', c);
    await Promise.all(all);
    expect(bench.clock.pending).toBe(0);
  });
});

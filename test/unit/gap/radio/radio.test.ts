import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../../../src/core/address.ts';
import { HciError, MalformedPduError } from '../../../../src/core/errors.ts';
import { AdvertisingManager } from '../../../../src/gap/advertising/advertising-manager.ts';
import { Connector } from '../../../../src/gap/connecting/connect.ts';
import { type OwnAddress, samePeer } from '../../../../src/gap/radio/radio-controller.ts';
import { ScanManager } from '../../../../src/gap/scanning/scan.ts';
import { own, peerOf, type RadioBench, radioBench } from '../../../support/fake-radio.ts';

const a = peerOf('00:00:00:00:00:0A');
const b = peerOf('00:00:00:00:00:0B');

let bench: RadioBench;
let address: OwnAddress;
let scans: ScanManager<string>;
let advertising: AdvertisingManager<string>;
let connector: Connector;

const start = (abilities = {}): void => {
  bench?.end();
  address = own;
  bench = radioBench(abilities, () => address);
  scans = new ScanManager(bench.radio, (text) => text);
  advertising = new AdvertisingManager(bench.radio, ({ peer }) => peer.address);
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

/** A scanner that scans and waits. */
const scanning = async () => {
  const scanner = scans.scan();
  const next = scanner.next();
  await bench.settle();
  return {
    next,
    async end(): Promise<void> {
      await scanner.close();
      await next;
    },
  };
};

describe('everything at once', () => {
  test('scanning, advertising and initiating run side by side', async () => {
    const scan = await scanning();
    const advertised = advertising.advertise();
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    expect([bench.fake.scanning, bench.fake.enabled.size, bench.fake.initiating !== undefined]).toEqual([
      true,
      1,
      true,
    ]);
    bench.fake.linkUp('central', a);
    bench.fake.linkUp('peripheral', b);
    expect((await connecting).role).toBe('central');
    expect(await advertised).toBe(b.address);
    expect(bench.fake.scanning).toBe(true);
    await scan.end();
  });

  test('a link of either role goes to whom it belongs, though both wait for the same peer', async () => {
    const advertised = advertising.advertise();
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    bench.fake.linkUp('peripheral', a);
    expect(await advertised).toBe(a.address);
    expect(connector.pending).toBe(1);
    bench.fake.linkUp('central', a);
    await connecting;
  });

  test('a link of the peripheral role without an advertiser is closed and counted', () => {
    const stray = bench.fake.linkUp('peripheral', a);
    expect(bench.fake.dropped).toEqual([stray]);
    expect(bench.radio.counters.get('linksUnclaimed')).toBe(1);
  });
});

describe('a new own address', () => {
  test('pauses and resumes all that used the old one', async () => {
    const scan = await scanning();
    const advertised = advertising.advertise();
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    address = { type: 'random', address: parseAddress('40:00:00:00:00:99') };
    bench.radio.replan();
    await bench.settle();
    expect(bench.fake.randomAddress).toBe(address.address);
    expect([bench.fake.scanning, bench.fake.enabled.size, bench.fake.initiating !== undefined]).toEqual([
      true,
      1,
      true,
    ]);
    bench.fake.linkUp('central', a);
    expect((await connecting).own).toEqual(address);
    bench.fake.linkUp('peripheral', b);
    await advertised;
    await scan.end();
  });

  test('a link that came up under the old one says so', async () => {
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    address = { type: 'random', address: parseAddress('40:00:00:00:00:99') };
    bench.fake.linkUp('central', a);
    expect((await connecting).own).toEqual(own);
  });

  test('where the controller chose a private one, that is the one', async () => {
    const chosen = parseAddress('40:00:00:00:00:77');
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    bench.fake.linkUp('central', a, { ownResolvableAddress: chosen });
    expect((await connecting).own).toEqual({ type: 'random', address: chosen });
  });
});

describe('a controller that cannot do it all', () => {
  test('learns to pause scanning for initiating, and resumes', async () => {
    bench.fake.scansWhileInitiating = false;
    const scan = await scanning();
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    expect([bench.fake.scanning, bench.fake.initiating !== undefined]).toEqual([false, true]);
    bench.fake.linkUp('central', a);
    await connecting;
    await bench.settle();
    expect(bench.fake.scanning).toBe(true);
    expect(bench.radio.counters.get('scanPausesLearned')).toBe(1);
    bench.fake.take();
    const second = connector.connect({ peer: b });
    await bench.settle();
    expect(bench.fake.take()).toEqual(['disableScan', 'initiate']);
    bench.fake.linkUp('central', b);
    await second;
    await scan.end();
  });

  test('a scan that is begun while initiating waits for its turn', async () => {
    bench.fake.scansWhileInitiating = false;
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    const scan = await scanning();
    expect(bench.fake.scanning).toBe(false);
    bench.fake.linkUp('central', a);
    await connecting;
    await bench.settle();
    expect(bench.fake.scanning).toBe(true);
    await scan.end();
  });

  test('what it said beforehand needs no learning', async () => {
    start({ scanWhileInitiating: false });
    bench.fake.scansWhileInitiating = false;
    const scan = await scanning();
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    expect(bench.radio.counters.get('stepsRefused')).toBe(0);
    bench.fake.linkUp('central', a);
    await connecting;
    await scan.end();
  });

  test('pauses advertising too, when pausing the scan did not help', async () => {
    bench.fake.scansWhileInitiating = false;
    bench.fake.advertisesWhileInitiating = false;
    const scan = await scanning();
    const advertised = advertising.advertise();
    await bench.settle();
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    expect(bench.fake.initiating).toBeDefined();
    bench.fake.linkUp('central', a);
    await connecting;
    await bench.settle();
    expect([bench.fake.scanning, bench.fake.enabled.size]).toEqual([true, 1]);
    bench.fake.linkUp('peripheral', b);
    await advertised;
    await scan.end();
  });

  test('a refusal that pausing does not cure is the caller’s, and nothing stays paused', async () => {
    const scan = await scanning();
    bench.fake.refusals.set('initiate', [0x0c, 0x0c]);
    expect(await rejection(connector.connect({ peer: a }))).toBeInstanceOf(HciError);
    await bench.settle();
    expect(bench.fake.scanning).toBe(true);
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    expect([bench.fake.scanning, bench.fake.initiating !== undefined]).toEqual([true, true]);
    bench.fake.linkUp('central', a);
    await connecting;
    await scan.end();
  });
});

describe('refusals', () => {
  test('of the random address are everybody’s', async () => {
    bench.fake.refusals.set('setRandomAddress', [0x12]);
    const all = [scans.scan().next(), advertising.advertise(), connector.connect({ peer: a })].map(rejection);
    for (const error of await Promise.all(all)) expect(error).toBeInstanceOf(HciError);
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    bench.fake.linkUp('central', a);
    await connecting;
  });

  test('of what should end something count as its end', async () => {
    const scan = await scanning();
    bench.fake.refusals.set('disableScan', [0x0c]);
    await scan.end();
    expect(bench.radio.state.scanning).toBe(false);
    bench.fake.scanning = false;
  });

  test('an answer that cannot be read fails who asked, and the radio goes on', async () => {
    const run = bench.fake.run.bind(bench.fake);
    let broken = true;
    bench.fake.run = (step) => {
      if (!broken || step.op !== 'initiate') return run(step);
      broken = false;
      return Promise.reject(new MalformedPduError('a status of no octets'));
    };
    expect(await rejection(connector.connect({ peer: a }))).toBeInstanceOf(MalformedPduError);
    const connecting = connector.connect({ peer: a });
    await bench.settle();
    bench.fake.linkUp('central', a);
    await connecting;
  });

  test('an attempt that fails takes only those down who were in it', async () => {
    const first = rejection(connector.connect({ peer: a }));
    const run = bench.fake.run.bind(bench.fake);
    let second: Promise<unknown> | undefined;
    bench.fake.run = async (step) => {
      if (step.op === 'initiate' && second === undefined) {
        second = connector.connect({ peer: b });
        throw new HciError('refused', 0x0b, 0);
      }
      return run(step);
    };
    expect(await first).toMatchObject({ status: 0x0b });
    await bench.settle();
    bench.fake.linkUp('central', b);
    await second;
  });

  test('an own address that cannot be had fails all, and the radio goes on', async () => {
    let broken = true;
    const failing = radioBench({}, () => {
      if (broken) throw new Error('no address');
      return own;
    });
    const other = new Connector(failing.radio);
    expect(await rejection(other.connect({ peer: a }))).toMatchObject({ message: 'no address' });
    await failing.settle();
    broken = false;
    const connecting = other.connect({ peer: a });
    await failing.settle();
    failing.fake.linkUp('central', a);
    await connecting;
    failing.end();
  });
});

test('a radio that is to be quiet ends all and begins nothing, and who waits goes on waiting', async () => {
  const scan = scans.scan();
  const all = [scan.next(), advertising.advertise(), connector.connect({ peer: a })].map(rejection);
  await bench.settle();
  await bench.radio.quiet();
  expect([bench.fake.scanning, bench.fake.enabled.size, bench.fake.initiating]).toEqual([
    false,
    0,
    undefined,
  ]);
  bench.fake.take();
  all.push(rejection(connector.connect({ peer: b })));
  await bench.settle();
  expect(bench.fake.take()).toEqual([]);
  await bench.radio.quiet();
  bench.fake.lose();
  await Promise.all(all);
});

test('when the controller is gone nothing pends and nothing is heard any more', async () => {
  const scan = scans.scan();
  const all = [
    scan.next(),
    advertising.advertise(),
    connector.connect({ peer: a }),
    advertising.broadcast(),
  ].map(rejection);
  await bench.settle();
  bench.fake.lose();
  await Promise.all(all);
  await bench.radio.until(() => false);
  expect(bench.fake.attached).toBe(false);
  expect(bench.clock.pending).toBe(0);
});

describe('a peer that is known behind its address', () => {
  const onAir = peerOf('4A:00:00:00:00:01', 'random');

  test.each(['central', 'peripheral'] as const)('is the peer of a link of the %s role', async (role) => {
    const known = radioBench({}, undefined, (peer) => (samePeer(peer, onAir) ? a : peer));
    const connecting = new Connector(known.radio);
    const advertised = new AdvertisingManager(known.radio, (newLink) => newLink);
    const made = role === 'central' ? connecting.connect({ peer: onAir }) : advertised.advertise();
    await known.settle();
    known.fake.linkUp(role, onAir);
    expect(await made).toMatchObject({ peer: a, peerResolvableAddress: onAir.address });
    known.end();
  });

  test('is left to the controller where that knows it', async () => {
    const known = radioBench({}, undefined, () => b);
    const made = new Connector(known.radio).connect({ peer: a });
    await known.settle();
    known.fake.linkUp('central', a, { peerResolvableAddress: onAir.address });
    expect(await made).toMatchObject({ peer: a, peerResolvableAddress: onAir.address });
    known.end();
  });
});

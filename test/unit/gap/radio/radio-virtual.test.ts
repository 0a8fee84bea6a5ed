import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Address, parseAddress } from '../../../../src/core/address.ts';
import { HciError, TimeoutError, TransportError } from '../../../../src/core/errors.ts';
import { Log } from '../../../../src/core/log.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { AdvertisingManager } from '../../../../src/gap/advertising/advertising-manager.ts';
import { Connector } from '../../../../src/gap/connecting/connect.ts';
import { Radio } from '../../../../src/gap/radio/radio.ts';
import type { NewLink, OwnAddress, Peer } from '../../../../src/gap/radio/radio-controller.ts';
import { HciRadio } from '../../../../src/gap/radio/radio-hci.ts';
import { ScanManager } from '../../../../src/gap/scanning/scan.ts';
import { HciController } from '../../../../src/hci/hci-controller.ts';
import {
  type Air,
  createAir,
  type ProfileName,
  type VirtualController,
} from '../../../../src/virtual/index.ts';
import { alwaysAs } from '../../../support/fake-radio.ts';

/** A host of scanning, advertising and connecting alone. */
interface Host {
  readonly controller: VirtualController;
  readonly hci: HciController;
  readonly radio: Radio;
  readonly scans: ScanManager<Address>;
  readonly advertising: AdvertisingManager<NewLink>;
  readonly connector: Connector;
  readonly peer: Peer;
  own: OwnAddress;
}

let clock: ManualClock;
let air: Air;
let hosts: Host[];
let nextAddress = 1;

const host = async (profile: ProfileName = '5.x', acceptListSize?: number): Promise<Host> => {
  const controller = air.createController({ profile, acceptListSize });
  const hci = await clock.run(HciController.start(controller.connect(), { clock }));
  const own: OwnAddress = { type: 'random', address: parseAddress(`C0000000000${nextAddress++}`) };
  const box = { own };
  const radio = new Radio({
    controller: await clock.run(HciRadio.open(hci, clock, new Log())),
    own: alwaysAs(() => box.own),
  });
  const made: Host = {
    controller,
    hci,
    radio,
    scans: new ScanManager(radio, (address) => address),
    advertising: new AdvertisingManager(radio, (newLink) => newLink),
    connector: new Connector(radio),
    peer: own,
    get own() {
      return box.own;
    },
    set own(next) {
      box.own = next;
      radio.replan();
    },
  };
  hosts.push(made);
  return made;
};

beforeEach(() => {
  clock = new ManualClock();
  air = createAir({ clock, seed: 1 });
  hosts = [];
  nextAddress = 1;
});

afterEach(async () => {
  for (const { controller, hci, radio } of hosts) {
    expect(controller.violations).toEqual([]);
    expect(radio.counters.get('stepsRefused')).toBe(0);
    await clock.run(hci.close());
    controller.remove();
  }
});

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('it resolved');
    },
    (error: unknown) => error,
  );

describe.each(['5.x', '4.0', 'zephyr'] as const)('on %s', (profile) => {
  test('a scanner sees an advertiser with its scan response, and stops', async () => {
    const [observer, peripheral] = [await host(profile), await host(profile)];
    const advertised = rejection(
      peripheral.advertising.advertise({ name: 'n'.repeat(29), services: [0x181a], timeoutMs: 5_000 }),
    );
    const scanner = observer.scans.scan({ active: true, durationMs: 2_000 });
    const seen = (async () => {
      for await (const result of scanner) if (result.name !== undefined) return result;
      return undefined;
    })();
    const result = await clock.run(seen);
    expect(result).toMatchObject({ address: peripheral.peer.address, services: ['181a'], connectable: true });
    expect(await clock.run(advertised)).toBeInstanceOf(TimeoutError);
  });

  test('a central and a peripheral find each other, and each knows both addresses', async () => {
    const [central, peripheral] = [await host(profile), await host(profile)];
    const advertised = peripheral.advertising.advertise();
    const link = await clock.run(
      central.connector.connect({ peer: peripheral.peer, minIntervalMs: 15, maxIntervalMs: 15 }),
    );
    const other = await clock.run(advertised);
    expect(link).toMatchObject({ role: 'central', peer: peripheral.peer, own: central.peer });
    expect(other).toMatchObject({ role: 'peripheral', peer: central.peer, own: peripheral.peer });
    expect(link.parameters).toEqual({ intervalMs: 15, peripheralLatency: 0, supervisionTimeoutMs: 4_000 });
  });
});

test('a given-up connect leaves the controller free for the next', async () => {
  const [central, peripheral] = [await host(), await host()];
  const absent: Peer = { address: parseAddress('C0:FF:FF:FF:FF:FF'), type: 'random' };
  const error = await clock.run(rejection(central.connector.connect({ peer: absent, timeoutMs: 500 })));
  expect(error).toBeInstanceOf(TimeoutError);
  const advertised = peripheral.advertising.advertise();
  await clock.run(central.connector.connect({ peer: peripheral.peer, timeoutMs: 1_000 }));
  await clock.run(advertised);
  expect(central.radio.counters.all()).toMatchObject({ cancelsUnanswered: 0, stepsRefused: 0 });
});

test('five peers at once through the accept list, while scanning and advertising go on', async () => {
  const central = await host();
  const peripherals = [await host(), await host(), await host(), await host(), await host()];
  const scanner = central.scans.scan();
  const first = scanner.next();
  const own = central.advertising.advertising();
  const waiting = own.next();
  const links = peripherals.map(({ peer }) => central.connector.connect({ peer }));
  await clock.advance(100);
  const advertised = peripherals.map(({ advertising }) => advertising.advertise());
  const got = await clock.run(Promise.all(links));
  expect(got.map(({ peer }) => peer)).toEqual(peripherals.map(({ peer }) => peer));
  await clock.run(Promise.all(advertised));
  expect((await clock.run(first)).done).toBe(false);
  expect(central.radio.state.scanning).toBe(true);
  expect(central.radio.counters.get('linksUnclaimed')).toBe(0);
  await Promise.all([clock.run(scanner.close()), clock.run(own.close()), waiting]);
});

test('more peers than the accept list holds', async () => {
  const central = await host('5.x', 2);
  const peripherals = [await host(), await host(), await host(), await host()];
  const links = peripherals.map(({ peer }) => central.connector.connect({ peer, timeoutMs: 30_000 }));
  const advertised = peripherals.map(({ advertising }) => advertising.advertise());
  await clock.run(Promise.all(links));
  await clock.run(Promise.all(advertised));
});

test('both roles at once on one adapter', async () => {
  const [one, two, three] = [await host(), await host(), await host()];
  const advertised = [one.advertising.advertise(), three.advertising.advertise()];
  const links = [two.connector.connect({ peer: one.peer }), one.connector.connect({ peer: three.peer })];
  const all = await clock.run(Promise.all([...advertised, ...links]));
  expect(all.map(({ role }) => role)).toEqual(['peripheral', 'peripheral', 'central', 'central']);
});

test('an advertiser serves one central after the other', async () => {
  const peripheral = await host();
  const centrals = [await host(), await host(), await host()];
  const advertising = peripheral.advertising.advertising();
  for (const central of centrals) {
    const next = advertising.next();
    await clock.run(central.connector.connect({ peer: peripheral.peer }));
    expect((await clock.run(next)).value?.peer).toEqual(central.peer);
  }
  await clock.run(advertising.close());
});

test('directed advertising reaches its peer, and at high duty cycle it ends', async () => {
  const [central, peripheral] = [await host(), await host()];
  const advertised = peripheral.advertising.advertise({ directed: central.peer });
  await clock.run(central.connector.connect({ peer: peripheral.peer }));
  const newLink = await clock.run(advertised);
  newLink.link.scope.add(() => undefined);
  await clock.run(peripheral.hci.disconnect(newLink.link));
  const error = await clock.run(
    rejection(peripheral.advertising.advertise({ directed: { ...central.peer, highDutyCycle: true } })),
  );
  expect(error).toBeInstanceOf(TimeoutError);
  expect((error as TimeoutError).timeoutMs).toBe(1_280);
});

test('a new own address is on the air at once, also for the advertiser that runs', async () => {
  const [observer, peripheral] = [await host(), await host()];
  const advertising = peripheral.advertising.advertising();
  const waiting = advertising.next();
  const scanner = observer.scans.scan();
  expect((await clock.run(scanner.next())).value?.address).toBe(peripheral.peer.address);
  const moved = parseAddress('C0:00:00:00:00:99');
  peripheral.own = { type: 'random', address: moved };
  const seen = (async () => {
    for await (const { address } of scanner) if (address === moved) return true;
    return false;
  })();
  expect(await clock.run(seen)).toBe(true);
  await clock.run(advertising.close());
  await waiting;
});

test('an unplugged controller rejects all that waits', async () => {
  const central = await host();
  const scanner = central.scans.scan();
  const all = [
    scanner.next(),
    central.advertising.advertise(),
    central.connector.connect({ peer: { address: parseAddress('C0:FF:FF:FF:FF:FF'), type: 'random' } }),
  ].map(rejection);
  await clock.advance(50);
  central.controller.faults.unplug();
  for (const error of await clock.run(Promise.all(all))) expect(error).toBeInstanceOf(TransportError);
});

test('what the controller refuses by its letter has a name', async () => {
  const central = await host('4.0');
  const hci = central.hci;
  const opened = await clock.run(HciRadio.open(hci, clock, new Log()));
  expect(opened.abilities).toMatchObject({ extended: false, advertisingSets: 1, acceptListSize: 25 });
  const error = await clock.run(rejection(opened.run({ op: 'cancelInitiating' })));
  expect(error).toBeInstanceOf(HciError);
  expect((error as Error).message).toContain('HCI_LE_Create_Connection_Cancel: Command Disallowed (0x0C)');
});

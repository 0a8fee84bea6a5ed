import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/core/address.ts';
import { TransportError } from '../../src/core/errors.ts';
import { AdvertisingManager } from '../../src/gap/advertising/advertising-manager.ts';
import { Connector } from '../../src/gap/connecting/connect.ts';
import type { OwnAddress, ResolvingEntry } from '../../src/gap/radio/radio-controller.ts';
import { ScanManager } from '../../src/gap/scanning/scan.ts';
import type { Scanner } from '../../src/gap/scanning/scanner.ts';
import { keyOf } from '../support/bonds.ts';
import { own, peerOf, radioBench } from '../support/fake-radio.ts';

const peers = [
  peerOf('00:00:00:00:00:01'),
  peerOf('00:00:00:00:00:02'),
  peerOf('C0:00:00:00:00:03', 'random'),
  peerOf('40:00:00:00:00:04', 'random'),
];

const privates: readonly OwnAddress[] = ['40:00:00:00:00:05', '00:00:00:00:00:06', 'C0:00:00:00:00:07'].map(
  (text) => ({ type: 'random', address: parseAddress(text) }),
);

/** More than the controller has room for. */
const entries: readonly ResolvingEntry[] = Array.from({ length: 6 }, (_, i) => ({
  peer: peerOf(`00:00:00:00:01:0${i}`),
  peerIrk: keyOf(i),
  localIrk: keyOf(9),
}));

const acceptOnly = fc.option(
  fc.subarray([...peers.slice(0, 3), ...entries.map(({ peer }) => peer)], { minLength: 1 }),
  { nil: undefined },
);

const action = fc.oneof(
  fc.record({
    do: fc.constant('scan' as const),
    active: fc.boolean(),
    filterDuplicates: fc.boolean(),
    acceptOnly,
  }),
  fc.record({ do: fc.constant('closeScan' as const), which: fc.nat(9) }),
  fc.record({
    do: fc.constant('advertise' as const),
    timeoutMs: fc.integer({ min: 1, max: 400 }),
    acceptOnly,
  }),
  fc.record({ do: fc.constant('broadcast' as const), durationMs: fc.integer({ min: 1, max: 400 }) }),
  fc.record({
    do: fc.constant('connect' as const),
    peer: fc.constantFrom(...peers),
    timeoutMs: fc.integer({ min: 1, max: 5_000 }),
    maxIntervalMs: fc.constantFrom(50, 100),
  }),
  fc.record({
    do: fc.constant('linkUp' as const),
    role: fc.constantFrom('central', 'peripheral'),
    peer: fc.constantFrom(...peers),
  }),
  fc.record({ do: fc.constant('failAttempt' as const), status: fc.constantFrom(0x02, 0x3e, 0x3c) }),
  fc.record({ do: fc.constant('linkDown' as const), which: fc.nat(9) }),
  fc.record({
    do: fc.constant('refuse' as const),
    op: fc.constantFrom(
      'setRandomAddress',
      'enableScan',
      'disableScan',
      'initiate',
      'cancelInitiating',
      'addToAcceptList',
      'clearAcceptList',
      'enableAdvertising',
      'setAdvertisingParameters',
      'clearResolvingList',
      'addToResolvingList',
      'removeFromResolvingList',
      'setAddressResolution',
    ),
    status: fc.constantFrom(0x01, 0x07, 0x0c, 0x12),
  }),
  fc.record({
    do: fc.constant('address' as const),
    of: fc.constantFrom('initiating' as const, 'scanning' as const, 'advertising' as const),
    shown: fc.constantFrom<OwnAddress>(own, { type: 'public', address: own.address }, ...privates),
  }),
  fc.record({ do: fc.constant('resolving' as const), entries: fc.subarray([...entries]) }),
  fc.record({ do: fc.constant('lie' as const), lies: fc.boolean() }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
);

/** Faults that come of a refusal which this test made up: the controller did not do what it refused, and goes on. */
const madeUp = new Set(['disableScan', 'cancelInitiating']);

test('whatever is asked in whatever order: every promise settles, the controller is never misused, nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(action, { maxLength: 40 }), async (extended, actions) => {
      const shown = { initiating: own, scanning: own, advertising: own };
      const { fake, radio, clock } = radioBench(
        { extended, advertisingSets: extended ? 2 : 1, resolvingListSize: 5 },
        {
          get initiating() {
            return shown.initiating;
          },
          get scanning() {
            return shown.scanning;
          },
          advertising: () => shown.advertising,
        },
      );
      fake.resolvingListRoom = 4;
      const scans = new ScanManager(radio, (text) => text);
      const advertising = new AdvertisingManager(radio, ({ peer }) => peer.address);
      const connector = new Connector(radio);
      const scanners: Scanner<string>[] = [];
      const all: Promise<unknown>[] = [];
      let lied = false;
      const track = (promise: Promise<unknown>): void => {
        all.push(promise.catch((error: unknown) => error));
      };
      for (const one of actions) {
        switch (one.do) {
          case 'scan': {
            const scanner = scans.scan(one);
            scanners.push(scanner);
            track(scanner.next());
            break;
          }
          case 'closeScan': {
            const scanner = scanners[one.which];
            if (scanner !== undefined) track(scanner.close());
            break;
          }
          case 'advertise':
            track(advertising.advertise(one));
            break;
          case 'broadcast':
            track(advertising.broadcast(one));
            break;
          case 'connect':
            track(connector.connect(one));
            break;
          case 'linkUp':
            if (one.role === 'central' ? fake.initiating !== undefined : fake.enabled.size > 0) {
              const link = fake.linkUp(one.role === 'central' ? 'central' : 'peripheral', one.peer);
              const [handle] = fake.enabled;
              if (extended && one.role === 'peripheral' && handle !== undefined)
                fake.setTerminated(handle, link.handle);
            }
            break;
          case 'failAttempt':
            if (fake.initiating !== undefined) fake.failAttempt(one.status);
            break;
          case 'linkDown':
            fake.links[one.which]?.disconnect();
            break;
          case 'refuse': {
            const op = one.op as 'initiate';
            lied ||= madeUp.has(op);
            fake.refusals.set(op, [...(fake.refusals.get(op) ?? []), one.status]);
            break;
          }
          case 'address':
            shown[one.of] = one.shown;
            radio.replan();
            break;
          case 'resolving':
            radio.wantResolving(one.entries);
            break;
          case 'lie':
            fake.cancelLies = one.lies;
            lied ||= one.lies;
            break;
          case 'wait':
            await clock.advance(one.ms);
        }
      }
      for (const scanner of scanners) track(scanner.close());
      // Every deadline given above, each with a cancel that may take its time.
      await clock.advance(60_000);
      await clock.run(Promise.all(all));
      if (!lied) expect(fake.faults).toEqual([]);
      expect(connector.pending).toBe(0);
      expect(clock.pending).toBe(0);
      if (!lied) expect([fake.scanning, fake.initiating, fake.enabled.size]).toEqual([false, undefined, 0]);
      const late = connector.connect({ peer: peerOf('00:00:00:00:00:09') });
      fake.lose();
      await expect(late).rejects.toBeInstanceOf(TransportError);
    }),
    { seed: 11, numRuns: 400 },
  );
});

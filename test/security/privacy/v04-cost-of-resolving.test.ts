import { expect, test } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { Bonds } from '../../../src/gap/bonds/bonds.ts';
import { MAX_STRANGERS, PeerIdentities } from '../../../src/gap/privacy/peer-identities.ts';
import { resolvableAddressFrom } from '../../../src/gap/privacy/random-address.ts';
import { ScanManager } from '../../../src/gap/scanning/scan.ts';
import { MemoryBondStore } from '../../../src/smp/bond-store.ts';
import { identity, identityOf, keyOf, secureBond } from '../../support/bonds.ts';
import { radioBench } from '../../support/fake-radio.ts';

const BONDS = 64;
const peer = (i: number) => identityOf(`00:00:5E:00:54:${i.toString(16).padStart(2, '0')}`);
const irk = (i: number) => keyOf(1000 + i);

const manyBonds = async (): Promise<Bonds> => {
  const bonds = await Bonds.open(identity, new MemoryBondStore());
  for (let i = 0; i < BONDS; i++) await bonds.save(secureBond(peer(i), i, { peerIrk: irk(i) }));
  return bonds;
};

const privateAddress = (i: number) =>
  parseAddress(toHex(Uint8Array.of(0x40 | (i >> 16), i >> 8, i, 1, 2, 3)));

test('V4 an address is held against the keys once, however often it is heard, of friends and of strangers', async () => {
  const bonds = await manyBonds();
  const identities = new PeerIdentities(bonds, () => 0);
  const bench = radioBench();
  const scans = new ScanManager(bench.radio, (address) => address, identities);
  const scanner = scans.scan();
  const first = scanner.next();
  await bench.settle();
  const friend = resolvableAddressFrom(irk(BONDS - 1), Uint8Array.of(1, 2, 3));
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 20; i++) bench.fake.report({ from: { address: privateAddress(i), type: 'random' } });
    bench.fake.report({ from: { address: friend, type: 'random' }, rssi: -round });
    // Nothing to resolve: an identity, and an address that nobody can resolve.
    bench.fake.report({ from: peer(1) }, { from: identityOf('3A:00:00:00:00:01', 'random') });
  }
  expect(identities.counters.get('addressesTried')).toBe(21);
  expect(scans.held.advertisers).toBe(23);
  await first;
  await scanner.close();

  // A bond that changes makes all of them worth another look, once.
  await bonds.remove(peer(0));
  for (let round = 0; round < 3; round++) identities.identify({ address: friend, type: 'random' });
  expect(identities.counters.get('addressesTried')).toBe(22);
  bench.end();
});

test('V4 a flood of addresses is forgotten again, and none of the friends is lost in it', async () => {
  const bonds = await manyBonds();
  const identities = new PeerIdentities(bonds, () => new ManualClock().now());
  const friend = resolvableAddressFrom(irk(5), Uint8Array.of(1, 2, 3));
  expect(identities.identify({ address: friend, type: 'random' })).toEqual(peer(5));
  for (let i = 0; i < MAX_STRANGERS + 500; i++) identities.hear(privateAddress(i));
  expect(identities.counters.get('resolutionsForgotten')).toBe(500);
  const tried = identities.counters.get('addressesTried');
  expect(identities.identify({ address: friend, type: 'random' })).toEqual(peer(5));
  expect(identities.counters.get('addressesTried')).toBe(tried);
});

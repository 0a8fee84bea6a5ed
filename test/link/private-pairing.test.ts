import type { Adapter } from 'jelling';
import { describe, expect, test } from 'vitest';
import { kindOfAddress } from '../../src/core/address.ts';
import { type Host, Hosts } from '../support/hosts.ts';
import type { PersonOptions } from '../support/private-hosts.ts';

const identityOf = ({ address, addressType: type }: Adapter) => ({ address, type });

/** What a scanner finds that has this name. */
const find = async (hosts: Hosts, { ble }: Host, name: string) => {
  const scanner = ble.scan({ active: true });
  try {
    for (;;) {
      const { value } = await hosts.run(scanner.next());
      if (value?.name === name) return value.device;
    }
  } finally {
    await hosts.run(scanner.close());
  }
};

/** Strangers that hide meet, pair, and part. */
const met = async (hosts: Hosts, options: PersonOptions) => {
  const { privacy, ...controller } = options;
  const central = await hosts.host({ ...controller, open: { privacy } });
  const peripheral = await hosts.host({ ...controller, open: { privacy, security: {} } });
  const incoming = peripheral.ble.advertise({ name: 'hidden', intervalMs: 100 });
  const device = await find(hosts, central, 'hidden');
  const before = { address: device.address, kind: device.addressKind };
  const atCentral = await hosts.run(device.connect());
  const atPeripheral = await hosts.run(incoming);
  await hosts.run(atCentral.pair());
  await hosts.clock.advance(1_000);
  return { central, peripheral, device, before, atCentral, atPeripheral };
};

describe.each<[string, PersonOptions]>([
  ['that resolve', { privacy: true }],
  ['that resolve and have no public address', { privacy: true, address: null }],
  ['that do not', { privacy: true, profile: '4.0' }],
])('two that hide, over controllers %s', (_name, options) => {
  test('are strangers until they have bonded, and known by their identities from then on', async () => {
    await using hosts = new Hosts();
    const { central, peripheral, device, before, atCentral, atPeripheral } = await met(hosts, options);
    expect(before.kind).toBe('resolvable');
    expect({ address: device.address, type: device.addressType }).toEqual(identityOf(peripheral.ble));
    expect(atCentral.device.address).toBe(peripheral.ble.address);
    expect(atPeripheral.device.address).toBe(central.ble.address);
    expect(device.connection).toBe(atCentral);
    expect(device.bond).toMatchObject({ resolvable: true });

    await hosts.run(atCentral.disconnect());
    await hosts.clock.advance(20 * 60_000);
    const again = peripheral.ble.advertise({ name: 'hidden', intervalMs: 100 });
    const { address, type } = identityOf(peripheral.ble);
    const link = await hosts.run(central.ble.device(address, type).connect());
    expect((await hosts.run(again)).device.address).toBe(central.ble.address);
    await hosts.run(link.encrypt());
    expect(link.security).toMatchObject({ encrypted: true, bonded: true });
  });
});

test('a peripheral learns at pairing that the central recognises itself, and calls it by directed advertising', async () => {
  await using hosts = new Hosts();
  const { central, peripheral, atCentral } = await met(hosts, { privacy: true });
  await hosts.run(atCentral.disconnect());
  const incoming = peripheral.ble.advertise({ directed: identityOf(central.ble) });
  await hosts.clock.advance(1_000);
  const { address, type } = identityOf(peripheral.ble);
  await hosts.run(central.ble.device(address, type).connect());
  expect((await hosts.run(incoming)).device.address).toBe(central.ble.address);
});

test('or that it does not, and refuses to', async () => {
  await using hosts = new Hosts();
  const { central, peripheral, atCentral } = await met(hosts, { privacy: true, profile: '4.0' });
  await hosts.run(atCentral.disconnect());
  const refused = peripheral.ble.advertise({ directed: identityOf(central.ble) });
  await expect(refused).rejects.toThrow('has said that it does not recognise itself');
});

test('a peer whose address is another than its identity is known by that as long as the link is up', async () => {
  await using hosts = new Hosts();
  // Its controller has a public address, and it goes by another identity behind addresses of its own.
  const central = await hosts.host({});
  const peripheral = await hosts.host({ open: { identity: 'lamp', privacy: true, security: {} } });
  const incoming = peripheral.ble.advertise({ name: 'lamp', intervalMs: 100 });
  const device = await find(hosts, central, 'lamp');
  const link = await hosts.run(device.connect());
  await hosts.run(incoming);
  await hosts.run(link.pair());
  expect(kindOfAddress(device.address, device.addressType)).toBe('static');
  expect({ address: device.address, type: device.addressType }).toEqual(identityOf(peripheral.ble));
});

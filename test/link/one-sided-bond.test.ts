import { AttError, AttErrorCode, Characteristic, InvalidStateError, Service } from 'jelling';
import { describe, expect, test } from 'vitest';
import type { Bond } from '../../src/smp/bond.ts';
import { keyOf } from '../support/bonds.ts';
import { Hosts, linked } from '../support/hosts.ts';
import { twoFriends } from '../support/private-hosts.ts';
import { settled } from '../support/recovering.ts';

const key = { value: keyOf(7), ediv: 0x1234, rand: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
const legacy: Partial<Bond> = { secureConnections: false, authenticated: false };

/** Two that have bonded by legacy pairing, in which neither has given a key for links on which the one with the first role is this one. */
const scene = async (hosts: Hosts, more: Partial<Bond>) => {
  const [central, peripheral] = await twoFriends(hosts, {}, {}, { ...legacy, ...more });
  const service = new Service(0x181a);
  new Characteristic(service, 0x2a6e, { read: true, initial: Uint8Array.of(1) });
  new Characteristic(service, 0x2a6f, { read: { encrypted: true }, initial: Uint8Array.of(2) });
  peripheral.ble.registerServices(service);
  peripheral.ble.security = {};
  return { central, peripheral };
};

const hasNoKey = /has a key only for links on which this side is the (\w+), .*: pair with it on this link/;

describe('a bond of legacy pairing without a key for this role', () => {
  test('of a central: what needs its peer proven says so, and pairing gives a key for both roles', async () => {
    await using hosts = new Hosts();
    const { central, peripheral } = await scene(hosts, { peerKey: undefined, localKey: key });
    const { atCentral } = await linked(hosts, central, peripheral);
    expect(atCentral.security).toMatchObject({ bonded: true, encrypted: false });
    for (const call of [atCentral.encrypt(), atCentral.readByUuid(0x2a6e), atCentral.service(0x181a)]) {
      const error = await hosts.run(settled(call));
      expect(error).toBeInstanceOf(InvalidStateError);
      expect(hasNoKey.exec(String(error))?.[1]).toBe('peripheral');
    }
    await hosts.run(atCentral.pair());
    expect(atCentral.security).toMatchObject({ bonded: true, encrypted: true });
    await hosts.run(atCentral.disconnect());
    // And in the other role too.
    const { atPeripheral } = await linked(hosts, peripheral, central);
    await hosts.run(atPeripheral.encrypt());
    const again = await hosts.run(settled(atPeripheral.readByUuid(0x2a00)));
    expect(again).toBe('resolved');
  });

  test('of a central that asks for no proof: it reads what everybody may', async () => {
    await using hosts = new Hosts();
    const { central, peripheral } = await scene(hosts, { peerKey: undefined, localKey: key });
    const incoming = peripheral.ble.advertise({ intervalMs: 20 });
    const device = central.ble.device(peripheral.ble.address);
    const atCentral = await hosts.run(device.connect({ encrypt: false }));
    await hosts.run(incoming);
    const [value] = await hosts.run(atCentral.readByUuid(0x2a6e));
    expect(value?.value).toEqual(Uint8Array.of(1));
  });

  test('of a peripheral: it does not ask for an encryption that could not come, and tells clients to pair', async () => {
    await using hosts = new Hosts();
    const { central, peripheral } = await scene(hosts, { peerKey: undefined, localKey: undefined });
    const incoming = peripheral.ble.advertise({ intervalMs: 20 });
    const device = central.ble.device(peripheral.ble.address);
    const atCentral = await hosts.run(device.connect({ encrypt: false }));
    const atPeripheral = await hosts.run(incoming);
    const error = await hosts.run(settled(atPeripheral.encrypt()));
    expect(hasNoKey.exec(String(error))?.[1]).toBe('central');
    // Without a key for this link a client is told to pair, not to encrypt (Vol 3, Part C, 10.3.1).
    const refused = await hosts.run(settled(atCentral.readByUuid(0x2a6f)));
    expect(refused).toBeInstanceOf(AttError);
    expect((refused as AttError).status).toBe(AttErrorCode.insufficientAuthentication);
    await hosts.run(atCentral.pair());
    const [value] = await hosts.run(atCentral.readByUuid(0x2a6f));
    expect(value?.value).toEqual(Uint8Array.of(2));
  });
});

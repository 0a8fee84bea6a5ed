import {
  AttError,
  type BondStore,
  Characteristic,
  type Connection,
  DisconnectedError,
  MemoryBondStore,
  PairingFailedReason,
  type PairingUi,
  type PairOptions,
  type SecurityPolicy,
  Service,
  SmpError,
  TimeoutError,
} from 'jelling';
import { describe, expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../support/hosts.ts';

/** Two people who look at both devices, and enter on one what the other shows. */
const people = () => {
  let show: (passkey: string) => void = () => undefined;
  const shown = new Promise<string>((resolve) => {
    show = resolve;
  });
  const numbers: string[] = [];
  const display: PairingUi = { showPasskey: (passkey) => show(passkey) };
  const keyboard: PairingUi = { enterPasskey: () => shown };
  const yesNo: PairingUi = {
    compareNumbers: (number) => {
      numbers.push(number);
      return true;
    },
  };
  return { display, keyboard, yesNo, numbers };
};

const pairOf = async (
  hosts: Hosts,
  central: Partial<PairOptions>,
  policy: SecurityPolicy,
): Promise<{ c: Host; p: Host; atCentral: Connection; atPeripheral: Connection }> => {
  const c = await hosts.host();
  const p = await hosts.host({ open: { security: policy } });
  const { atCentral, atPeripheral } = await linked(hosts, c, p);
  await hosts.run(atCentral.pair(central));
  await hosts.clock.advance(0);
  return { c, p, atCentral, atPeripheral };
};

describe('two hosts', () => {
  test.each([true, false])('pair without users, Secure Connections %s', async (secureConnections) => {
    await using hosts = new Hosts();
    const { c, p, atCentral, atPeripheral } = await pairOf(hosts, { secureConnections }, {});
    const security = {
      encrypted: true,
      authenticated: false,
      bonded: true,
      secureConnections,
      keySize: 16,
      level: 2,
    };
    expect(atCentral.security).toEqual(security);
    expect(atPeripheral.security).toEqual(security);
    expect(c.ble.bonds).toMatchObject([{ address: p.ble.address, authenticated: false, resolvable: false }]);
    expect(p.ble.bonds).toMatchObject([{ address: c.ble.address, secureConnections }]);
  });

  test.each(['display at the central', 'keyboard at the central', 'numbers'])(
    'pair with users, Secure Connections: %s',
    async (who) => {
      await using hosts = new Hosts();
      const { display, keyboard, yesNo, numbers } = people();
      const [ofCentral, ofPeripheral] =
        who === 'numbers'
          ? [yesNo, yesNo]
          : who === 'display at the central'
            ? [display, keyboard]
            : [keyboard, display];
      const { atCentral, atPeripheral } = await pairOf(
        hosts,
        { ui: ofCentral, secureConnections: true },
        { ui: ofPeripheral },
      );
      expect(atCentral.security).toMatchObject({ level: 4, authenticated: true });
      expect(atPeripheral.security).toEqual(atCentral.security);
      if (who === 'numbers') {
        expect(numbers).toHaveLength(2);
        expect(numbers[0]).toBe(numbers[1]);
        expect(numbers[0]).toMatch(/^\d{6}$/);
      }
    },
  );

  test('a bond encrypts the next link by itself, in legacy pairing too', async () => {
    for (const secureConnections of [true, false]) {
      await using hosts = new Hosts();
      const { c, p, atCentral } = await pairOf(hosts, { secureConnections }, {});
      await hosts.run(atCentral.disconnect());
      await hosts.clock.advance(100);
      const again = await linked(hosts, c, p);
      expect(again.atCentral.security).toMatchObject({
        encrypted: true,
        bonded: true,
        level: 2,
        secureConnections,
      });
      expect(again.atPeripheral.security).toEqual(again.atCentral.security);
    }
  });

  test('a peripheral asks its central to pair, and to encrypt', async () => {
    await using hosts = new Hosts();
    const c = await hosts.host({ open: { security: {} } });
    const p = await hosts.host();
    const { atCentral, atPeripheral } = await linked(hosts, c, p);
    await hosts.run(atPeripheral.pair({ secureConnections: true }));
    await hosts.clock.advance(0);
    expect(atPeripheral.security).toMatchObject({ encrypted: true, bonded: true, level: 2 });
    expect(atCentral.security).toEqual(atPeripheral.security);
    await hosts.run(atPeripheral.pair({ secureConnections: true }));
  });
});

/** What a promise that must reject rejects with. */
const failure = (hosts: Hosts, promise: Promise<unknown>): Promise<unknown> =>
  hosts.run(
    promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
  );

describe('a pairing', () => {
  test('that is given up tells the peer, and both may pair again', async () => {
    await using hosts = new Hosts();
    const c = await hosts.host();
    const p = await hosts.host({
      open: { security: { ui: { enterPasskey: () => new Promise(() => undefined) } } },
    });
    const { atCentral } = await linked(hosts, c, p);
    const shown: AbortSignal[] = [];
    const ui: PairingUi = { showPasskey: (_passkey, { signal }) => void shown.push(signal) };
    const error = await failure(hosts, atCentral.pair({ ui, timeoutMs: 1_000 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(shown.map(({ aborted }) => aborted)).toEqual([true]);
    p.ble.security = {};
    await hosts.run(atCentral.pair());
    expect(atCentral.security.level).toBe(2);
  });

  test('that the peer refuses says so, with whose verdict it was', async () => {
    await using hosts = new Hosts();
    const [c, p] = [await hosts.host(), await hosts.host()];
    const { atCentral, atPeripheral } = await linked(hosts, c, p);
    for (const connection of [atCentral, atPeripheral]) {
      const error = await failure(hosts, connection.pair());
      expect(error).toBeInstanceOf(SmpError);
      expect(error).toMatchObject({ reason: 5, origin: 'peer', code: 'BLE_SMP' });
      expect(String(error)).toContain('Pairing Not Supported (0x05)');
    }
  });

  test('that the user of this side refuses is a local verdict', async () => {
    await using hosts = new Hosts();
    const c = await hosts.host();
    const p = await hosts.host({ open: { security: { ui: { compareNumbers: () => true } } } });
    const { atCentral } = await linked(hosts, c, p);
    const mistake = new Error('no display');
    for (const [compareNumbers, cause] of [
      [() => false, undefined],
      [() => Promise.reject(mistake), mistake],
    ] as const) {
      const error = await failure(hosts, atCentral.pair({ ui: { compareNumbers } }));
      expect(error).toMatchObject({ reason: 0x0c, origin: 'local', cause });
      await hosts.clock.advance(10_000);
    }
  });

  test('that is under way is waited for, and must come to what was wanted', async () => {
    await using hosts = new Hosts();
    const c = await hosts.host();
    const p = await hosts.host({ open: { security: {} } });
    const { atCentral, atPeripheral } = await linked(hosts, c, p);
    const pairing = atCentral.pair();
    await expect(atCentral.pair()).rejects.toThrow('await that first');
    const joined = atPeripheral.pair({ secureConnections: true });
    await hosts.run(Promise.all([pairing, joined]));
    expect(atPeripheral.security).toMatchObject({ encrypted: true, bonded: true });
    const more = atPeripheral.pair({ mitm: true, ui: { showPasskey: () => undefined } });
    expect(await failure(hosts, more)).toBeInstanceOf(SmpError);
  });

  test('ends with the link', async () => {
    await using hosts = new Hosts();
    const c = await hosts.host();
    const p = await hosts.host({
      open: { security: { ui: { enterPasskey: () => new Promise(() => undefined) } } },
    });
    const { atCentral, atPeripheral } = await linked(hosts, c, p);
    const pairing = atCentral.pair({ ui: { showPasskey: () => undefined } });
    const failed = failure(hosts, pairing);
    await hosts.clock.advance(100);
    await hosts.run(atPeripheral.disconnect());
    expect(await failed).toMatchObject({ code: 'BLE_DISCONNECTED' });
  });

  test('whose bond cannot be kept rejects with what the store says, and the link is encrypted', async () => {
    await using hosts = new Hosts();
    const full = new Error('the disk is full');
    const bonds: BondStore = Object.assign(new MemoryBondStore(), { save: () => Promise.reject(full) });
    const c = await hosts.host({ open: { bonds } });
    const p = await hosts.host({ open: { security: {} } });
    const { atCentral } = await linked(hosts, c, p);
    expect(await failure(hosts, atCentral.pair())).toBe(full);
    expect(atCentral.security).toMatchObject({ encrypted: true, bonded: false });
  });

  test('without bonding leaves nothing behind', async () => {
    await using hosts = new Hosts();
    const c = await hosts.host({ open: { bonds: false } });
    const p = await hosts.host({ open: { security: {} } });
    const { atCentral, atPeripheral } = await linked(hosts, c, p);
    await hosts.run(atCentral.pair());
    expect(atCentral.security).toMatchObject({ encrypted: true, bonded: false });
    expect([c.ble.bonds, p.ble.bonds]).toEqual([[], []]);
    expect(atPeripheral.security.bonded).toBe(false);
  });

  test('uses out-of-band data, once', async () => {
    await using hosts = new Hosts();
    const [c, p] = [await hosts.host(), await hosts.host()];
    const ofCentral = c.ble.createOobData();
    const ofPeripheral = p.ble.createOobData();
    p.ble.security = { oob: { own: ofPeripheral, peer: ofCentral } };
    const { atCentral } = await linked(hosts, c, p);
    const oob = { own: ofCentral, peer: { random: ofPeripheral.random, confirm: ofPeripheral.confirm } };
    await hosts.run(atCentral.pair({ oob }));
    expect(atCentral.security).toMatchObject({ level: 4, authenticated: true });
    await expect(atCentral.pair({ oob })).rejects.toThrow('make new data');
  });
});

describe('a value that needs a safe link', () => {
  const secret = (): { readonly service: Service; readonly value: Characteristic } => {
    const service = new Service(0xffb0);
    const value = new Characteristic(service, 0xb001, { read: { encrypted: true }, initial: 'secret' });
    return { service, value };
  };

  test('is read after a pairing that the policy of the client allows', async () => {
    await using hosts = new Hosts();
    const c = await hosts.host({ open: { security: {} } });
    const p = await hosts.host({ open: { security: {} } });
    p.ble.registerServices(secret().service);
    const { atCentral } = await linked(hosts, c, p);
    const service = await hosts.run(atCentral.service(0xffb0));
    const value = await hosts.run(service.characteristic(0xb001));
    expect(new TextDecoder().decode(await hosts.run(value.read()))).toBe('secret');
    expect(atCentral.security).toMatchObject({ encrypted: true, bonded: true });
  });

  test('is refused where nobody lets the client pair, and read once it is encrypted by a bond', async () => {
    await using hosts = new Hosts();
    const c = await hosts.host();
    const p = await hosts.host({ open: { security: {} } });
    p.ble.registerServices(secret().service);
    const { atCentral } = await linked(hosts, c, p);
    const service = await hosts.run(atCentral.service(0xffb0));
    const value = await hosts.run(service.characteristic(0xb001));
    const refused = await failure(hosts, value.read());
    expect(refused).toBeInstanceOf(AttError);
    expect(refused).toMatchObject({ status: 0x05 });
    await hosts.run(atCentral.pair());
    expect((await hosts.run(value.read())).length).toBe(6);
    await hosts.run(atCentral.disconnect());
    await hosts.clock.advance(100);
    const again = await linked(hosts, c, p);
    const found = await hosts.run(again.atCentral.service(0xffb0));
    const same = await hosts.run(found.characteristic(0xb001));
    expect((await hosts.run(same.read())).length).toBe(6);
  });
});

test('a peripheral asks its bonded central to encrypt, where that has not', async () => {
  await using hosts = new Hosts();
  const { c, p, atCentral } = await pairOf(hosts, {}, {});
  await hosts.run(atCentral.disconnect());
  await hosts.clock.advance(100);
  const again = await linked(hosts, c, p);
  await hosts.run(again.atPeripheral.encrypt());
  expect(again.atPeripheral.security.encrypted).toBe(true);
  await hosts.run(c.ble.device(p.ble.address).removeBond());
  await hosts.run(again.atCentral.disconnect());
  await hosts.clock.advance(100);
  const strange = await linked(hosts, c, p);
  expect(strange.atCentral.security).toMatchObject({ encrypted: false, bonded: false });
  expect(await failure(hosts, strange.atPeripheral.encrypt())).toBeInstanceOf(SmpError);
});

describe('a peripheral hears', () => {
  const { display } = people();

  const meet = async (hosts: Hosts, policy: SecurityPolicy) => {
    const c = await hosts.host({ open: { bonds: new MemoryBondStore() } });
    const p = await hosts.host({ open: { security: policy } });
    return { c, p, ...(await linked(hosts, c, p)) };
  };

  test('of a pairing when its bond is kept, and of the encryption of the next link', async () => {
    await using hosts = new Hosts();
    const { c, p, atCentral, atPeripheral } = await meet(hosts, {});
    const paired = atPeripheral.securityChanged().then((security) => ({ security, bonds: p.ble.bonds }));
    await hosts.run(atCentral.pair());
    const { security, bonds } = await hosts.run(paired);
    expect(security).toEqual({ ...atPeripheral.security, by: 'pairing' });
    expect(security).toMatchObject({ encrypted: true, bonded: true });
    expect(bonds).toHaveLength(1);
    await hosts.run(atCentral.disconnect());
    await hosts.run(atPeripheral.disconnected());

    const incoming = p.ble.advertise({ intervalMs: 20 });
    const changed = incoming.then((connection) => connection.securityChanged());
    await hosts.run(c.ble.device(p.ble.address).connect());
    expect(await hosts.run(changed)).toMatchObject({ encrypted: true, bonded: true, by: 'bond' });
  });

  test('of a pairing that fails, and of one that is refused', async () => {
    await using hosts = new Hosts();
    const { p, atCentral, atPeripheral } = await meet(hosts, { ui: display });
    const failed = atPeripheral.securityChanged();
    const keyboard: PairingUi = { enterPasskey: () => 'none' };
    const [mine, theirs] = await hosts.run(Promise.allSettled([failed, atCentral.pair({ ui: keyboard })]));
    expect(mine).toMatchObject({ reason: { code: 'BLE_SMP', origin: 'peer' } });
    expect(theirs).toMatchObject({ reason: { code: 'BLE_SMP', origin: 'local' } });
    p.ble.security = undefined;
    await hosts.clock.advance(10_000);
    const refused = atPeripheral.securityChanged();
    const again = await hosts.run(Promise.allSettled([refused, atCentral.pair()]));
    expect(again).toMatchObject([
      { reason: { reason: PairingFailedReason.pairingNotSupported, origin: 'local' } },
      { reason: { reason: PairingFailedReason.pairingNotSupported, origin: 'peer' } },
    ]);
  });

  test('of a central that has a bond where this side has none any more', async () => {
    await using hosts = new Hosts();
    const { c, p, atCentral, atPeripheral } = await meet(hosts, {});
    await hosts.run(atCentral.pair());
    await hosts.run(atPeripheral.device.removeBond());
    await hosts.run(atCentral.disconnect());
    await hosts.run(atPeripheral.disconnected());
    const incoming = p.ble.advertise({ intervalMs: 20 });
    const changed = incoming.then((connection) => connection.securityChanged());
    const failed = expect(changed).rejects.toMatchObject({ code: 'BLE_HCI', status: 0x06 });
    await hosts.run(c.ble.device(p.ble.address).connect());
    await hosts.run(failed);
  });

  test('of a pairing also when the central is gone before the bond is kept', async () => {
    await using hosts = new Hosts();
    const bonds = new MemoryBondStore();
    let written = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      written = resolve;
    });
    const store: BondStore = {
      load: (local) => bonds.load(local),
      find: (local, peer) => bonds.find(local, peer),
      remove: (local, peer) => bonds.remove(local, peer),
      save: (local, bond) => slow.then(() => bonds.save(local, bond)),
    };
    const c = await hosts.host();
    const p = await hosts.host({ open: { security: {}, bonds: store } });
    const { atCentral, atPeripheral } = await linked(hosts, c, p);
    const told: unknown[] = [];
    const changed = atPeripheral.securityChanged().then((change) => told.push(change));
    await hosts.run(atCentral.pair());
    await hosts.run(atCentral.disconnect());
    await hosts.run(atPeripheral.disconnected());
    expect(told).toEqual([]);
    written();
    await hosts.run(changed);
    expect(told).toMatchObject([{ encrypted: true, bonded: true, level: 2, by: 'pairing' }]);
    await expect(atPeripheral.securityChanged()).rejects.toThrow(DisconnectedError);
  });

  test('of nothing more when the link has ended', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral } = await meet(hosts, {});
    const changed = expect(atPeripheral.securityChanged()).rejects.toThrow(DisconnectedError);
    await hosts.run(atCentral.disconnect());
    await hosts.run(changed);
    await expect(hosts.run(atCentral.securityChanged({ timeoutMs: 5 }))).rejects.toThrow(DisconnectedError);
  });
});

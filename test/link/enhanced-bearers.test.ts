import { Characteristic, InvalidStateError, type OpenOptions, Service } from 'jelling';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

const EATT = 0x27;

/** Two hosts on a link that is encrypted, by a pairing that needs nobody. */
const paired = async (hosts: Hosts, central: OpenOptions = {}, peripheral: OpenOptions = {}) => {
  const c = await hosts.host({ open: central });
  const p = await hosts.host({ open: { security: {}, ...peripheral } });
  const link = await linked(hosts, c, p);
  await hosts.run(link.atCentral.pair());
  await hosts.clock.advance(100);
  return { ...link, c, p };
};

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 0xff);

/** Handlers of reads that answer when they are told to. */
const slowReads = () => {
  const waiting: ((value: Uint8Array) => void)[] = [];
  const onRead = (): Promise<Uint8Array> => new Promise((resolve) => waiting.push(resolve));
  return { waiting, onRead };
};

describe('on a link that is encrypted', () => {
  test('the central opens two by itself', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral } = await paired(hosts);
    expect([atCentral.bearers, atPeripheral.bearers]).toEqual([3, 3]);
    expect([atCentral.mtu, atPeripheral.mtu]).toEqual([517, 517]);
  });

  test('either side opens more, up to five', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral } = await paired(hosts);
    expect(await hosts.run(atPeripheral.openEnhancedBearers({ count: 2 }))).toBe(2);
    expect(await hosts.run(atCentral.openEnhancedBearers())).toBe(1);
    expect([atCentral.bearers, atPeripheral.bearers]).toEqual([6, 6]);
    await expect(atCentral.openEnhancedBearers()).rejects.toThrow('5 is the limit');
  });

  test('a side that is opened without them has one bearer, and nobody is the worse', async () => {
    for (const [central, peripheral] of [
      [{ enhancedBearers: false }, {}],
      [{}, { enhancedBearers: false }],
    ]) {
      await using hosts = new Hosts();
      const { atCentral, atPeripheral } = await paired(hosts, central, peripheral);
      expect([atCentral.bearers, atPeripheral.bearers]).toEqual([1, 1]);
      await hosts.run(atCentral.services());
    }
  });

  test('a bond brings them back with the next link', async () => {
    await using hosts = new Hosts();
    const { atCentral, c, p } = await paired(hosts);
    await hosts.run(atCentral.disconnect());
    await hosts.clock.advance(100);
    const again = await linked(hosts, c, p);
    await hosts.clock.advance(100);
    expect([again.atCentral.bearers, again.atPeripheral.bearers]).toEqual([3, 3]);
  });

  test('as many requests are under way as there are bearers', async () => {
    await using hosts = new Hosts();
    const { atCentral, p } = await paired(hosts);
    const service = new Service(0x1234);
    const { waiting, onRead } = slowReads();
    new Characteristic(service, 0x2345, { read: true, onRead });
    p.ble.registerServices(service);
    const remote = await hosts.run(atCentral.service(0x1234));
    const characteristic = await hosts.run(remote.characteristic(0x2345));
    const reads = [0, 1, 2, 3].map(() => characteristic.read({ timeoutMs: 5_000 }));
    await hosts.clock.advance(10);
    expect(waiting).toHaveLength(3);
    waiting[1]?.(Uint8Array.of(1));
    await hosts.clock.advance(10);
    expect(waiting).toHaveLength(4);
    for (const [i, answer] of waiting.entries()) answer(Uint8Array.of(i));
    const values = await hosts.run(Promise.all(reads));
    expect(values.map(([octet]) => octet)).toEqual([0, 1, 2, 3]);
  });

  test('values of every length, notifications and long writes arrive whole and in order', async () => {
    await using hosts = new Hosts();
    const { atCentral, atPeripheral, p } = await paired(hosts);
    const service = new Service(0x1234);
    const value = new Characteristic(service, 0x2345, {
      read: true,
      write: true,
      notify: true,
      indicate: true,
    });
    p.ble.registerServices(service);
    const remote = await hosts.run(atCentral.service(0x1234));
    const characteristic = await hosts.run(remote.characteristic(0x2345));
    await hosts.run(characteristic.subscribe({ notify: true, indicate: true }));
    for (const length of [0, 1, 22, 250, 511, 512]) {
      await hosts.run(characteristic.write(bytes(length)));
      expect(value.read()).toEqual(bytes(length));
      expect(await hosts.run(characteristic.read())).toEqual(bytes(length));
    }
    const stream = characteristic.notifications({ depth: 64 });
    const heard: number[] = [];
    const listening = (async () => {
      for await (const [octet] of stream) {
        heard.push(octet ?? -1);
        if (heard.length === 50) break;
      }
    })();
    await hosts.clock.advance(0);
    const sends = Array.from({ length: 50 }, (_, i) =>
      value.notify(atPeripheral, { value: Uint8Array.of(i) }),
    );
    await hosts.run(Promise.all(sends));
    await hosts.run(listening);
    expect(heard).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const writes = [1, 2, 3].map((fill) =>
      atCentral.writeReliably([[characteristic, new Uint8Array(300).fill(fill)]]),
    );
    await hosts.run(Promise.all(writes));
    expect(value.read()).toEqual(new Uint8Array(300).fill(3));
  });

  test('the end of the link ends what is under way on all of them', async () => {
    await using hosts = new Hosts();
    const { atCentral, p } = await paired(hosts);
    const service = new Service(0x1234);
    const { onRead } = slowReads();
    new Characteristic(service, 0x2345, { read: true, onRead });
    p.ble.registerServices(service);
    const remote = await hosts.run(atCentral.service(0x1234));
    const characteristic = await hosts.run(remote.characteristic(0x2345));
    const reads = Promise.allSettled([0, 1, 2, 3].map(() => characteristic.read({ timeoutMs: 60_000 })));
    await hosts.clock.advance(10);
    await hosts.run(atCentral.disconnect());
    for (const outcome of await reads) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { name: 'DisconnectedError', reason: 0x16 },
      });
    }
  });
});

test('a link that is not encrypted has none, and says so to either side', async () => {
  await using hosts = new Hosts();
  const { atCentral } = await linked(hosts, await hosts.host(), await hosts.host());
  expect(atCentral.bearers).toBe(1);
  await expect(atCentral.openEnhancedBearers()).rejects.toThrow('the link is not encrypted; pair first');
  const asked = atCentral.l2capConnectEnhanced({ psm: EATT });
  await expect(hosts.run(asked)).rejects.toMatchObject({ name: 'L2capError', result: 5 });
});

test('an adapter that is opened without them knows nothing of them', async () => {
  await using hosts = new Hosts();
  const without = { open: { enhancedBearers: false } };
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), await hosts.host(without));
  await expect(atPeripheral.openEnhancedBearers()).rejects.toThrow(InvalidStateError);
  const asked = atCentral.l2capConnectEnhanced({ psm: EATT });
  await expect(hosts.run(asked)).rejects.toMatchObject({ result: 2 });
});

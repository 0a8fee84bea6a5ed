import { Characteristic, type Connection, Service } from 'jelling';
import { describe, expect, test } from 'vitest';
import { LATE_CONTROLLER_MS } from '../../src/hci/early-acl.ts';
import { Hosts } from '../support/hosts.ts';
import { Event, hostOverUsb, type UsbDongle } from '../support/usb-dongle.ts';

/** Of a dongle at full speed with events of 16 octets. */
const LAG_MS = 4;

/** Services of users begin at 0x0030: the service, then a declaration and a value for each characteristic. */
const OPEN_HANDLE = 0x32;
const SECRET_HANDLE = 0x34;
const writeOpen = (value: number): Uint8Array => Uint8Array.of(0x52, OPEN_HANDLE, 0, value);
const isConnection = (event: Uint8Array): boolean => event[2] === 0x01 || event[2] === 0x0a;

type Role = 'central' | 'peripheral';

/** The host over USB in one role, another host in the other, and a link that the former sees. */
class Scene implements AsyncDisposable {
  readonly hosts: Hosts;
  readonly ble;
  readonly dongle: UsbDongle;
  readonly other;
  readonly secret: Characteristic;
  readonly open: Characteristic;

  private constructor(
    hosts: Hosts,
    { ble, dongle }: Awaited<ReturnType<typeof hostOverUsb>>,
    other: Awaited<ReturnType<Hosts['host']>>['ble'],
  ) {
    this.hosts = hosts;
    this.ble = ble;
    this.dongle = dongle;
    this.other = other;
    const service = new Service(0xfff0);
    this.open = new Characteristic(service, 0xfff1, {
      read: true,
      write: true,
      writeNoResponse: true,
      initial: Uint8Array.of(1),
    });
    this.secret = new Characteristic(service, 0xfff2, {
      read: { encrypted: true },
      write: { encrypted: true },
      writeNoResponse: { encrypted: true },
      initial: Uint8Array.of(2),
    });
    ble.registerServices(service);
  }

  static async make(isSerialized = false): Promise<Scene> {
    const hosts = new Hosts();
    const usb = await hostOverUsb(hosts, { isSerialized, security: {} });
    const { ble } = await hosts.host({ open: { security: {} } });
    return new Scene(hosts, usb, ble);
  }

  /** A link, as both sides have it. */
  async link(role: Role, encrypt = true): Promise<{ own: Connection; peer: Connection }> {
    const [central, peripheral] = role === 'central' ? [this.ble, this.other] : [this.other, this.ble];
    const incoming = peripheral.advertise({ intervalMs: 20 });
    const device = central.device(peripheral.address, peripheral.addressType);
    const atCentral = await this.hosts.run(device.connect({ encrypt }));
    const atPeripheral = await this.hosts.run(incoming);
    return role === 'central'
      ? { own: atCentral, peer: atPeripheral }
      : { own: atPeripheral, peer: atCentral };
  }

  late(ms: number, ...codes: readonly number[]): void {
    this.dongle.lateMs = (event) => (codes.includes(event[0] ?? 0) ? ms : 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dongle.lateMs = () => 0;
    await this.hosts.run(this.ble.close());
    await this.dongle.close();
    await this.hosts[Symbol.asyncDispose]();
    expect(this.dongle.usb.isOpen).toBe(false);
  }
}

const roles: readonly Role[] = ['central', 'peripheral'];
const modes = [false, true].flatMap((secureConnections) =>
  roles.map((role) => ({ role, secureConnections })),
);

describe.each(modes)(
  'pairing as $role (Secure Connections: $secureConnections)',
  ({ role, secureConnections }) => {
    test.each([0, 1, LAG_MS - 1])('stands an Encryption Change that is %i ms behind the keys', async (ms) => {
      await using scene = await Scene.make();
      const { own, peer } = await scene.link(role);
      scene.late(ms, Event.encryptionChange);
      await scene.hosts.run((role === 'central' ? own : peer).pair({ secureConnections }));
      await scene.hosts.clock.advance(10);
      expect(own.security).toMatchObject({ encrypted: true, bonded: true, secureConnections });
      expect(peer.security).toMatchObject({ encrypted: true, bonded: true, secureConnections });
    });

    test('and one that is behind for longer ends it, where keys came before', async () => {
      await using scene = await Scene.make();
      const { own, peer } = await scene.link(role);
      scene.late(LAG_MS + 2, Event.encryptionChange);
      const pairing = (role === 'central' ? own : peer).pair({ secureConnections });
      const outcome = await scene.hosts.run(pairing.then(() => 'paired', String));
      const expired = Number(own.counters['smpEarlyKeysExpired']);
      expect(outcome === 'paired').toBe(expired === 0);
      if (role === 'central' && !secureConnections) expect(expired).toBe(1);
    });
  },
);

test('in Bulk Serialization Mode nothing is behind, and a pairing is one as over any line', async () => {
  await using scene = await Scene.make(true);
  const { own, peer } = await scene.link('central');
  await scene.hosts.run(own.pair({ secureConnections: false }));
  await scene.hosts.clock.advance(10);
  expect(own.security).toMatchObject({ encrypted: true, bonded: true });
  expect(peer.security).toMatchObject({ encrypted: true, bonded: true });
  expect(scene.dongle.usb.sent.every((line) => line.startsWith('bulk'))).toBe(true);
});

describe.each(roles)('a bonded peer of a %s', (role) => {
  const bonded = async (scene: Scene) => {
    const first = await scene.link(role);
    await scene.hosts.run((role === 'central' ? first.own : first.peer).pair());
    await scene.hosts.clock.advance(10);
    await scene.hosts.run(first.peer.disconnect());
    await scene.hosts.clock.advance(50);
    return scene.link(role, false);
  };
  const encrypting = (own: Connection, peer: Connection): Promise<void> => {
    const encrypted = (role === 'central' ? own : peer).encrypt();
    encrypted.catch(() => undefined);
    return encrypted;
  };

  const writeSecret = (value: number): Uint8Array => Uint8Array.of(0x52, SECRET_HANDLE, 0, value);
  const notification = Uint8Array.of(0x1b, 0x03, 0, 0xaa);

  test('is taken for one in plain until the event of its encryption, whatever comes before', async () => {
    await using scene = await Scene.make();
    const { own, peer } = await bonded(scene);
    scene.late(3, Event.encryptionChange);
    const encrypted = encrypting(own, peer);
    for (let i = 0; i < 3; i++) {
      // Nobody knows of these whether they came before the encryption or behind it.
      scene.dongle.injectAtt(writeSecret(7));
      scene.dongle.injectAtt(notification);
      await scene.hosts.clock.advance(1);
      if (i < 2) expect(own.security.encrypted).toBe(false);
    }
    await scene.hosts.run(encrypted);
    expect(own.security).toMatchObject({ encrypted: true, bonded: true });
    expect(scene.secret.read()).toEqual(Uint8Array.of(2));
    expect(own.counters['attValuesDistrusted']).toBe(3);
    scene.dongle.injectAtt(writeSecret(9));
    scene.dongle.injectAtt(notification);
    await scene.hosts.clock.advance(1);
    expect(scene.secret.read()).toEqual(Uint8Array.of(9));
    expect(own.counters['attValuesDistrusted']).toBe(3);
  });

  test('that never encrypts the link is taken for one in plain', async () => {
    await using scene = await Scene.make();
    const { own } = await bonded(scene);
    scene.dongle.injectAtt(writeSecret(7));
    await scene.hosts.clock.advance(1);
    expect(scene.secret.read()).toEqual(Uint8Array.of(2));
    expect(own.security.encrypted).toBe(false);
  });
});

describe.each(roles)('a link of a %s whose Connection Complete is behind its data', (role) => {
  test('has what came before it', async () => {
    await using scene = await Scene.make();
    let injected = false;
    scene.dongle.lateMs = (event) => {
      if (event[0] !== Event.leMeta || injected || !isConnection(event)) return 0;
      injected = true;
      queueMicrotask(() => scene.dongle.injectAtt(writeOpen(5)));
      return LAG_MS;
    };
    const { own } = await scene.link(role, false);
    await scene.hosts.clock.advance(1);
    expect(scene.open.read()).toEqual(Uint8Array.of(5));
    expect(own.security.encrypted).toBe(false);
  });

  test('has nothing of what came too long before it', async () => {
    await using scene = await Scene.make();
    let injected = false;
    scene.dongle.lateMs = (event) => {
      if (event[0] !== Event.leMeta || injected || !isConnection(event)) return 0;
      injected = true;
      queueMicrotask(() => scene.dongle.injectAtt(writeOpen(5)));
      return LAG_MS + LATE_CONTROLLER_MS + 1;
    };
    await scene.link(role, false);
    await scene.hosts.clock.advance(1);
    expect(scene.open.read()).toEqual(Uint8Array.of(1));
  });

  test('has nothing that came for the link before it, on the same handle', async () => {
    await using scene = await Scene.make();
    const first = await scene.link(role);
    await scene.hosts.run(first.own.disconnect());
    scene.dongle.injectAtt(writeOpen(5));
    await scene.hosts.clock.advance(1);
    await scene.link(role);
    await scene.hosts.clock.advance(1);
    expect(scene.open.read()).toEqual(Uint8Array.of(1));
  });
});

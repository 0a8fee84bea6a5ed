import {
  type Adapter,
  Characteristic,
  type Connection,
  MemoryIdentityStore,
  type OpenOptions,
  open,
  Service,
  TransportError,
} from 'jelling';
import { createAir, type DongleFaults, serve, type VirtualServer } from 'jelling/virtual';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/system-clock.ts';
import type { HciTransport } from '../../src/core/transport.ts';
import { openUsb } from '../../src/transport/usb/usb.ts';
import { UsbipHost } from '../support/usbip-host.ts';

/** Sockets at both ends, on the system's clock: what it costs is up to the machine. */
const TEST_MS = 60_000;
/** Room for a machine that does other things meanwhile. */
const patient = { timeoutMs: 10_000 };

/** Dongles on one bus and one air, and hosts that drive them over USB/IP as they would over a bus. */
class Bus implements AsyncDisposable {
  readonly #air = createAir();
  readonly #servers: VirtualServer[] = [];
  readonly #adapters: Adapter[] = [];
  readonly #place: string;

  constructor(place: 'usbip' | 'usbip,bulk' = 'usbip') {
    this.#place = place.replace('usbip', 'usbip:0');
  }

  async plug(become?: (faults: DongleFaults) => void): Promise<VirtualServer & { faults: DongleFaults }> {
    const server = await serve(this.#air, this.#place);
    this.#servers.push(server);
    const { faults } = server.dongle ?? {};
    if (faults === undefined) throw new Error('no dongle');
    become?.(faults);
    return Object.assign(server, { faults });
  }

  async host(server: VirtualServer, options: OpenOptions = {}): Promise<Adapter> {
    const adapter = await open(await transportTo(server), {
      identityStore: new MemoryIdentityStore(),
      ...patient,
      ...options,
    });
    this.#adapters.push(adapter);
    return adapter;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const adapter of this.#adapters) await adapter.close();
    for (const server of this.#servers) await server.close();
  }
}

const transportTo = async ({ port, dongle }: VirtualServer): Promise<HciTransport> => {
  const host = await UsbipHost.attach(port ?? 0, dongle?.busid);
  return openUsb({ by: 'class' }, { clock: systemClock }, host.load);
};

const value = Uint8Array.from({ length: 200 }, (_, i) => i);

/** Two hosts on dongles of a kind, connected, the peripheral with a value that only an encrypted link may read. */
const linkedOn = async (bus: Bus, become?: (faults: DongleFaults) => void) => {
  const server = await bus.plug(become);
  const central = await bus.host(server);
  const peripheral = await bus.host(await bus.plug(become), { security: {} });
  const service = new Service(0x181a);
  const plain = new Characteristic(service, 0x2a6e, { read: true, write: true });
  const secret = new Characteristic(service, 0x2a6f, { read: { encrypted: true } });
  plain.write(value);
  secret.write(value);
  peripheral.registerServices(service);
  const advertising = peripheral.advertise({ intervalMs: 20, ...patient });
  const atCentral = await central.device(peripheral.address, peripheral.addressType).connect(patient);
  const atPeripheral = await advertising;
  return { central, peripheral, server, plain, atCentral, atPeripheral };
};

const valueAt = async (connection: Connection, uuid: number): Promise<Uint8Array> => {
  const service = await connection.service(0x181a, patient);
  const remote = await service.characteristic(uuid, patient);
  return remote.read(patient);
};

const readAndPair = async ({
  atCentral,
  atPeripheral,
}: Awaited<ReturnType<typeof linkedOn>>): Promise<void> => {
  expect(await valueAt(atCentral, 0x2a6e)).toEqual(value);
  await atCentral.pair(patient);
  for (const end of [atCentral, atPeripheral]) {
    while (!end.security.bonded) await end.securityChanged(patient);
    expect(end.security).toMatchObject({ encrypted: true, bonded: true, secureConnections: true });
  }
  expect(await valueAt(atCentral, 0x2a6f)).toEqual(value);
  // Again, asked for by the peripheral.
  await atPeripheral.pair({ ...patient, secureConnections: true });
  expect(await valueAt(atCentral, 0x2a6f)).toEqual(value);
};

const kinds: Record<string, (faults: DongleFaults) => void> = {
  'keep events and data in order': () => undefined,
  'let them race': (faults) => {
    faults.delivery = 'racing';
  },
  'let them race, with events 5 ms late': (faults) => {
    faults.delivery = 'racing';
    faults.eventPollMs = 5;
  },
  'send no empty packets behind events': (faults) => {
    faults.zeroLengthPackets = 'data';
  },
  'cut each packet into pieces of three octets': (faults) => {
    faults.cut = (octets) => Array.from(octets.keys()).filter((at) => at % 3 === 0);
  },
};

describe('two dongles', () => {
  test.each(Object.entries(kinds))(
    'that %s connect, read, and pair in both roles',
    { timeout: TEST_MS },
    async (_kind, become) => {
      await using bus = new Bus();
      await readAndPair(await linkedOn(bus, become));
    },
  );

  test('carry values on both sides of what a packet of the bus holds', { timeout: TEST_MS }, async () => {
    await using bus = new Bus();
    const { atCentral, plain } = await linkedOn(bus, (faults) => {
      faults.zeroLengthPackets = 'data';
    });
    // ATT opcode, L2CAP header and ACL header take 9 octets: 55 fill a packet of 64, 119 two.
    for (const length of [54, 55, 56, 118, 119, 120]) {
      plain.write(value.subarray(0, length));
      expect(await valueAt(atCentral, 0x2a6e)).toEqual(value.subarray(0, length));
    }
  });

  test('in Bulk Serialization Mode connect, read, and pair in both roles', { timeout: TEST_MS }, async () => {
    await using bus = new Bus('usbip,bulk');
    const endpoints = new Set<number>();
    const look = (faults: DongleFaults): void => {
      faults.cut = (_octets, endpoint) => {
        endpoints.add(endpoint);
        return [];
      };
    };
    await readAndPair(await linkedOn(bus, look));
    expect([...endpoints]).toEqual([0x82]);
  });

  test('stall on whichever endpoint, and go on', { timeout: TEST_MS }, async () => {
    await using bus = new Bus();
    const { atCentral, server } = await linkedOn(bus);
    for (const endpoint of [0x81, 0x82, 0x02]) {
      server.dongle?.faults.stall(endpoint);
      expect(await valueAt(atCentral, 0x2a6e)).toEqual(value);
    }
  });
});

/** What is under way at the central when its dongle is pulled out. */
const underWay: Record<string, (scene: Awaited<ReturnType<typeof linkedOn>>) => Promise<unknown>> = {
  'a scan': async ({ central }) => {
    for await (const { device } of central.scan()) device.toString();
  },
  'a connect': ({ central }) => central.device('C0:00:00:00:00:09', 'random').connect({ timeoutMs: 30_000 }),
  'a write': async ({ atCentral }) => {
    const service = await atCentral.service(0x181a, patient);
    const remote = await service.characteristic(0x2a6e, patient);
    for (;;) await remote.write(value, patient);
  },
};

const end = (adapter: Adapter): Promise<unknown> =>
  new Promise((resolve) => {
    const ended = (): void => resolve(adapter.signal.reason);
    if (adapter.signal.aborted) ended();
    else adapter.signal.addEventListener('abort', ended, { once: true });
  });

describe('a dongle that is pulled out', () => {
  test.each(Object.entries(underWay))(
    'in the middle of %s ends all of it',
    { timeout: TEST_MS },
    async (_what, begin) => {
      await using bus = new Bus();
      const scene = await linkedOn(bus);
      const outcome = begin(scene).then(
        () => 'no error',
        (error: unknown) => error,
      );
      // So that it is under way.
      expect(await valueAt(scene.atCentral, 0x2a6e)).toHaveLength(200);
      scene.server.faults.unplug();
      expect(await outcome).toBeInstanceOf(Error);
      expect(await end(scene.central)).toBeInstanceOf(TransportError);
      expect(String(scene.central.signal.reason)).toContain('it was unplugged');
      await scene.atPeripheral.disconnected(patient);
    },
  );

  test('is taken up again when it is plugged in', { timeout: TEST_MS }, async () => {
    await using bus = new Bus();
    const server = await bus.plug();
    const adapter = await bus.host(server, { recover: () => transportTo(server) });
    const states: string[] = [];
    const isBack = new Promise<void>((resolve) => {
      adapter.on('state', (state) => {
        states.push(state);
        if (states.length > 1 && state === 'ready') resolve();
      });
    });
    server.faults.unplug();
    server.faults.plugIn();
    await isBack;
    expect(states).not.toHaveLength(1);
    expect(adapter.state).toBe('ready');
  });
});

import {
  type Adapter,
  Characteristic,
  type Connection,
  Descriptor,
  MemoryIdentityStore,
  open,
  Service,
} from '../../src/index.ts';
import { type Side, served } from '../child.ts';
import { channelMtu, channelPsm, largeDatabase, type Phase, patience, smallDatabase } from '../phases.ts';

/** Tells when so many of something have come, however early they began. */
class Awaited {
  #come = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #done: () => void = () => undefined;

  /** One more, or so many. */
  readonly come = (count = 1): void => {
    this.#come += count;
    if (this.#come >= this.#wanted) this.#done();
  };

  async all(count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#done = resolve;
      this.#wanted = count;
      this.come(0);
    });
    this.#come = 0;
    this.#wanted = Number.POSITIVE_INFINITY;
  }
}

const largeServices = (): Service[] => {
  const { services, characteristics, descriptors } = largeDatabase;
  return Array.from({ length: services }, (_, i) => {
    const service = new Service(0x1900 + i);
    for (let j = 0; j < characteristics; j++) {
      const characteristic = new Characteristic(service, 0x2c00 + j, {
        read: true,
        notify: true,
        initial: new Uint8Array(20),
      });
      for (let k = 0; j === 0 && k < descriptors; k++) new Descriptor(characteristic, 0x2901, { read: true });
    }
    return service;
  });
};

/** Devices that do nothing but take writes, each with a controller of its own. */
const openMany = async (onWrite: () => void): Promise<void> => {
  await Promise.all(
    served.many.map(async ({ port }) => {
      const ble = await open(`tcp:127.0.0.1:${port}`, { identityStore: new MemoryIdentityStore() });
      const service = new Service(0x1820);
      new Characteristic(service, 0x2a00, { writeNoResponse: true, onWrite });
      ble.registerServices(service);
      ble.advertise({ intervalMs: 20 }).catch(() => undefined);
    }),
  );
};

export const makePeripheral = (ble: Adapter): Omit<Side, 'close' | 'counted'> => {
  const writes = new Awaited();
  const sdus = new Awaited();
  let connection: Connection | undefined;
  let isLarge = false;
  let areMany = false;

  const service = new Service(0x1820);
  const value = new Characteristic(service, 0x2a00, {
    read: true,
    writeNoResponse: true,
    notify: true,
    initial: new Uint8Array(20),
    onWrite: () => writes.come(),
  });
  const more = Array.from({ length: smallDatabase.services - 1 }, (_, i) => {
    const next = new Service(0x1821 + i);
    for (let j = 0; j < smallDatabase.characteristics; j++)
      new Characteristic(next, 0x2b00 + j, { read: true, notify: j === 0 });
    return next;
  });
  ble.registerServices(service, ...more);

  const accept = async (): Promise<void> => {
    for await (const next of ble.advertising({ intervalMs: 20, name: 'bench' })) connection = next;
  };
  const listen = async (): Promise<void> => {
    for await (const channel of ble.l2capListen({ psm: channelPsm, mtu: channelMtu })) {
      const read = async (): Promise<void> => {
        for await (const _ of channel) sdus.come();
      };
      read().catch(() => undefined);
    }
  };
  accept().catch(() => undefined);
  listen().catch(() => undefined);

  return {
    async prepare({ kind, large }: Phase): Promise<void> {
      if (large === true && !isLarge) ble.registerServices(...largeServices());
      isLarge ||= large === true;
      if (kind === 'links' && !areMany) await openMany(() => writes.come());
      areMany ||= kind === 'links';
      if (kind === 'notify') {
        while (connection === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
        await value.subscribed(connection);
      }
    },
    async run({ kind, size }: Phase, count: number): Promise<undefined> {
      if (kind === 'notify') {
        const options = { value: new Uint8Array(size), ...patience };
        for (let i = 0; i < count; i++) await value.notify(connection, options);
      } else if (kind === 'writeCommand' || kind === 'links') await writes.all(count);
      else if (kind === 'sdu') await sdus.all(count);
    },
  };
};

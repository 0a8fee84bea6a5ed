import process from 'node:process';
import type { RemoteCharacteristic } from '../../src/index.ts';
import {
  type Adapter,
  Characteristic,
  type Connection,
  MemoryIdentityStore,
  open,
  Service,
} from '../../src/index.ts';
import { type Side, serveOrders, tell } from '../child.ts';
import { characteristicsOfAService, connectServices, lastDevice, type Phase } from '../phases.ts';

const [role, port] = process.argv.slice(2);
const ble: Adapter = await open(`tcp:127.0.0.1:${port}`, { identityStore: new MemoryIdentityStore() });

const peripheral = (): Omit<Side, 'close'> => {
  const service = new Service(0x1820);
  let received = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let done: () => void = () => undefined;
  const onWrite = (): void => {
    if (++received === wanted) done();
  };
  const value = new Characteristic(service, 0x2a00, {
    read: true,
    writeNoResponse: true,
    notify: true,
    initial: new Uint8Array(20),
    onWrite,
  });
  ble.registerServices(service);
  for (let i = 1; i < connectServices; i++) {
    const more = new Service(0x1820 + i);
    for (let j = 0; j < characteristicsOfAService; j++)
      new Characteristic(more, 0x2b00 + j, { read: true, notify: j === 0 });
    ble.registerServices(more);
  }
  const advertising = ble.advertising({ intervalMs: 20, name: 'bench' });
  let connection: Connection | undefined;
  const accept = async (): Promise<void> => {
    for await (const next of advertising) connection = next;
  };
  accept().catch(() => undefined);
  return {
    async prepare({ kind }: Phase): Promise<void> {
      if (kind === 'notify') {
        while (connection === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
        await value.subscribed(connection);
      }
    },
    async run({ kind, size }: Phase, count: number): Promise<void> {
      if (kind === 'notify') {
        const bytes = new Uint8Array(size);
        for (let i = 0; i < count; i++) await value.notify(connection, { value: bytes });
      } else if (kind === 'writeCommand') {
        await new Promise<void>((resolve) => {
          done = resolve;
          wanted = count;
          if (received >= wanted) resolve();
        });
        received = 0;
        wanted = Number.POSITIVE_INFINITY;
      }
    },
  };
};

const central = (): Omit<Side, 'close'> => {
  let connection: Connection | undefined;
  let remote: RemoteCharacteristic | undefined;
  const connect = async (): Promise<Connection> => {
    const scanner = ble.scan();
    const found = await scanner.next();
    await scanner.close();
    if (found.done) throw new Error('nothing advertises');
    return found.value.device.connect();
  };
  const discoverAll = async (link: Connection): Promise<void> => {
    for (const service of await link.services()) await service.characteristics();
  };
  return {
    async prepare({ kind }: Phase): Promise<void> {
      if (kind === 'connect' || kind === 'report') {
        await connection?.disconnect();
        connection = undefined;
        return;
      }
      connection ??= await connect();
      remote = await (await connection.service(0x1820)).characteristic(0x2a00);
      if (kind === 'notify') await remote.subscribe({ notify: true });
      // The exchange of data lengths takes its turn.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    async run({ kind, size }: Phase, count: number): Promise<void> {
      if (kind === 'report') {
        await using scanner = ble.scan();
        tell({ flood: count });
        const last = `:${lastDevice.toString(16).toUpperCase()}`;
        for await (const result of scanner) if (result.address.endsWith(last)) break;
        return;
      }
      if (kind === 'connect') {
        for (let i = 0; i < count; i++) {
          const link = await connect();
          await discoverAll(link);
          await link.disconnect();
        }
        return;
      }
      if (remote === undefined) throw new Error('not prepared');
      if (kind === 'notify') {
        let left = count;
        for await (const _ of remote.notifications({ depth: 100_000 })) if (--left === 0) break;
      } else if (kind === 'writeCommand') {
        const bytes = new Uint8Array(size);
        for (let i = 0; i < count; i++) await remote.write(bytes, { response: false });
      } else {
        for (let i = 0; i < count; i++) await remote.read();
      }
    },
  };
};

serveOrders({ ...(role === 'central' ? central() : peripheral()), close: () => ble.close() });

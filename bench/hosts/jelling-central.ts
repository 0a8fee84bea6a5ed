import type { Adapter, Connection, L2capChannel, RemoteCharacteristic } from '../../src/index.ts';
import { type Shares, type Side, served, tell } from '../child.ts';
import { channelPsm, lastDevice, type Phase, patience } from '../phases.ts';
import type { SwitchedCache } from './switched-cache.ts';

const discoverAll = async (link: Connection): Promise<void> => {
  for (const service of await link.services()) await service.characteristics();
};

/** The last characteristic that the peer has. */
const lastOf = async (link: Connection): Promise<RemoteCharacteristic | undefined> =>
  (await (await link.services()).at(-1)?.characteristics())?.at(-1);

/** Writes on all links at once, as fast as each can, until so many writes are over; gives how many each link carried. */
const writeOnAll = async (
  remotes: readonly RemoteCharacteristic[],
  size: number,
  count: number,
): Promise<Shares> => {
  const bytes = new Uint8Array(size);
  const options = { response: false, ...patience };
  let left = count;
  return Promise.all(
    remotes.map(async (remote) => {
      let written = 0;
      while (left > 0) {
        left--;
        await remote.write(bytes, options);
        written++;
      }
      return written;
    }),
  );
};

export const makeCentral = (ble: Adapter, cache: SwitchedCache): Omit<Side, 'close' | 'counted'> => {
  const device = ble.device(served.peripheralAddress, 'public');
  let connection: Connection | undefined;
  let remote: RemoteCharacteristic | undefined;
  let channel: L2capChannel | undefined;
  let many: readonly RemoteCharacteristic[] = [];

  const part = async (): Promise<void> => {
    await connection?.disconnect();
    connection = undefined;
    channel = undefined;
  };

  const connectMany = async (): Promise<readonly RemoteCharacteristic[]> => {
    const remotes: RemoteCharacteristic[] = [];
    for (const { address } of served.many) {
      const link = await ble.device(address, 'public').connect();
      remotes.push(await (await link.service(0x1820)).characteristic(0x2a00));
    }
    return remotes;
  };

  return {
    async prepare({ kind, large, cached }: Phase): Promise<void> {
      cache.isOn = cached === true;
      if (kind === 'connect' || kind === 'report' || kind === 'links') await part();
      if (kind === 'links' && many.length === 0) many = await connectMany();
      if (kind === 'connect' || kind === 'report' || kind === 'links') return;
      connection ??= await device.connect();
      if (kind === 'sdu') {
        channel ??= await connection.l2capConnect({ psm: channelPsm });
        return;
      }
      remote = large
        ? await lastOf(connection)
        : await (await connection.service(0x1820)).characteristic(0x2a00);
      if (kind === 'notify') await remote?.subscribe({ notify: true });
      // The exchange of data lengths takes its turn.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    async run({ kind, size }: Phase, count: number): Promise<Shares | undefined> {
      if (kind === 'links') return writeOnAll(many, size, count);
      if (kind === 'report') {
        await using scanner = ble.scan();
        tell({ flood: count });
        const last = `:${lastDevice.toString(16).toUpperCase()}`;
        for await (const result of scanner) if (result.address.endsWith(last)) break;
        return undefined;
      }
      if (kind === 'connect') {
        for (let i = 0; i < count; i++) {
          await using link = await device.connect();
          await discoverAll(link);
        }
        return undefined;
      }
      const bytes = new Uint8Array(size);
      if (kind === 'sdu') {
        for (let i = 0; i < count; i++) await channel?.send(bytes, patience);
        return undefined;
      }
      if (remote === undefined) throw new Error('not prepared');
      if (kind === 'notify') {
        let left = count;
        for await (const _ of remote.notifications({ depth: 100_000 })) if (--left === 0) break;
      } else if (kind === 'writeCommand') {
        const options = { response: false, ...patience };
        for (let i = 0; i < count; i++) await remote.write(bytes, options);
      } else {
        for (let i = 0; i < count; i++) await remote.read();
      }
      return undefined;
    },
  };
};

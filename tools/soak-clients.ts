import type { Connection, KeptConnection, L2capChannel } from 'jelling';
import type { Chance } from './soak-chance.ts';
import type { Wait } from './soak-faults.ts';
import {
  ECHO_PSM,
  HUMIDITY,
  HUMIDITY_LENGTH,
  SENSOR_NAME,
  SENSOR_SERVICE,
  TEMPERATURE,
} from './soak-sensor.ts';
import type { SoakTally } from './soak-tally.ts';
import type { SoakWorld } from './soak-world.ts';

/** HCI reasons of links that somebody has ended in order (Vol 1, Part F, 2.20 and 2.22). */
const IN_ORDER: readonly number[] = [0x13, 0x16];
const VISIT_SCAN_MS = 30_000;
const MAX_TRANSFER = 8_000;

const follow = (connection: Connection, tally: SoakTally): void => {
  tally.linksMade++;
  void connection.disconnected().then(
    ({ reason }) => {
      if (!IN_ORDER.includes(reason)) tally.linksLost++;
    },
    // With the controller went the link.
    () => tally.linksLost++,
  );
};

const characteristicOf = async (connection: Connection, uuid: number, signal: AbortSignal) =>
  (await connection.service(SENSOR_SERVICE, { signal })).characteristic(uuid, { signal });

/** Keeps the gateway connected to the sensor: the first link pairs, every other one is encrypted with the bond and listens. */
export const keepGateway = ({ sensor, gateway }: SoakWorld, tally: SoakTally): KeptConnection => {
  const device = gateway.ble.device(sensor.ble.address, sensor.ble.addressType);
  return device.keepConnected({
    async onConnection(connection) {
      follow(connection, tally);
      if (device.bond === undefined) await tally.attempt('pair', (signal) => connection.pair({ signal }));
      else await tally.attempt('encrypt', (signal) => connection.encrypt({ signal }));
      await tally.attempt('discover', (signal) => connection.discover({ signal }));
      const temperature = await tally.attempt('subscribe', async (signal) => {
        const found = await characteristicOf(connection, TEMPERATURE, signal);
        await found.subscribe({ notify: true, signal });
        return found;
      });
      if (temperature === undefined) throw new Error('the link is of no use: it is to be made anew');
      for await (const value of temperature.notifications()) if (value.length === 2) tally.notifications++;
    },
  });
};

type Operation = (connection: Connection, signal: AbortSignal, chance: Chance) => Promise<unknown>;

/** What the gateway does with its link now and then. Each throws where the answer is wrong. */
const operations: Readonly<Record<string, Operation>> = {
  read: async (connection, signal) => {
    const humidity = await characteristicOf(connection, HUMIDITY, signal);
    const { length } = await humidity.read({ signal });
    if (length !== HUMIDITY_LENGTH) throw new Error(`${length} octets were read of ${HUMIDITY_LENGTH}`);
  },
  write: async (connection, signal, chance) => {
    const humidity = await characteristicOf(connection, HUMIDITY, signal);
    await humidity.write(new Uint8Array(HUMIDITY_LENGTH).fill(chance.between(0, 255)), { signal });
  },
  transfer: async (connection, signal, chance) => {
    await using channel = await connection.l2capConnect({ psm: ECHO_PSM, signal });
    const data = new Uint8Array(Math.floor(chance.between(1, MAX_TRANSFER))).fill(chance.between(0, 255));
    const receiving = receive(channel, data.length, signal);
    await Promise.all([channel.send(data, { signal }), receiving]);
    if (Buffer.compare(await receiving, data) !== 0) throw new Error('a channel has changed what it carries');
  },
  'read the signal strength': (connection, signal) => connection.readRssi({ signal }),
};

const receive = async (channel: L2capChannel, length: number, signal: AbortSignal): Promise<Uint8Array> => {
  const all = new Uint8Array(length);
  for (let at = 0; at < length; )
    at += await channel.receiveInto(all.subarray(at), { signal, timeoutMs: 30_000 });
  return all;
};

const PAUSE_MS = [1_000, 10_000] as const;

/** Works with the link of the gateway, where there is one, until `endMs` of the clock. */
export const workGateway = async (
  { clock }: SoakWorld,
  kept: KeptConnection,
  { tally, chance, wait, endMs }: { tally: SoakTally; chance: Chance; wait: Wait; endMs: number },
): Promise<void> => {
  const [first, ...others] = Object.entries(operations);
  while (clock.now() < endMs && first !== undefined) {
    const [name, operation] = chance.pick(first, ...others);
    const { connection } = kept;
    if (connection !== undefined) {
      await tally.attempt(name, (signal) => operation(connection, signal, chance));
    }
    await wait(chance.between(...PAUSE_MS));
  }
};

/** A visitor looks for the sensor, reads one value and leaves. */
export const visit = async ({ visitor }: SoakWorld, tally: SoakTally): Promise<void> => {
  await tally.attempt('visit', async (signal) => {
    await using scanner = visitor.ble.scan({ active: true, durationMs: VISIT_SCAN_MS, signal });
    for await (const { device, name } of scanner) {
      if (name !== SENSOR_NAME) continue;
      await scanner.close();
      await using connection = await device.connect({ signal });
      follow(connection, tally);
      await (await characteristicOf(connection, TEMPERATURE, signal)).read({ signal });
      return;
    }
  });
};

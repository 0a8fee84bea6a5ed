import { type Adapter, Characteristic, type L2capChannel, Service } from 'jelling';
import type { Wait } from './soak-faults.ts';
import type { SoakTally } from './soak-tally.ts';
import { encodeTemperature } from './temperature.ts';

export const SENSOR_SERVICE = 0x181a;
/** Is read, written and notified by anybody. */
export const TEMPERATURE = 0x2a6e;
/** Needs an encrypted link. */
export const HUMIDITY = 0x2a6f;
/** What comes on its channels goes back. */
export const ECHO_PSM = 0x80;

export const SENSOR_NAME = 'soak';
export const HUMIDITY_LENGTH = 300;

const NOTIFY_EVERY_MS = 10_000;
const ADVERTISING_INTERVAL_MS = 500;

export interface SoakSensor {
  /** Throws what has ended it too early. */
  check(): void;
  /** Resolves when it serves no more; the adapter is closed by others. Never rejects. */
  stop(): Promise<void>;
}

/** Serves whoever comes, and notifies all the time. */
export const runSoakSensor = (ble: Adapter, tally: SoakTally, wait: Wait): SoakSensor => {
  const service = new Service(SENSOR_SERVICE);
  const temperature = new Characteristic(service, TEMPERATURE, {
    read: true,
    write: true,
    notify: true,
    initial: encodeTemperature(20),
  });
  const forPaired = { encrypted: true };
  new Characteristic(service, HUMIDITY, {
    read: forPaired,
    write: forPaired,
    initial: new Uint8Array(HUMIDITY_LENGTH),
  });
  ble.registerServices(service);
  const advertising = ble.advertising({
    name: SENSOR_NAME,
    services: [SENSOR_SERVICE],
    intervalMs: ADVERTISING_INTERVAL_MS,
  });
  const listener = ble.l2capListen({ psm: ECHO_PSM });
  let stopped = false;

  const welcome = async (): Promise<void> => {
    for await (const connection of advertising) void connection;
  };
  const listen = async (): Promise<void> => {
    for await (const channel of listener) void guard(echo(channel));
  };
  const echo = async (channel: L2capChannel): Promise<void> => {
    await tally.attempt('echo', async (signal) => {
      for await (const sdu of channel) await channel.send(sdu, { signal });
    });
  };
  const notify = async (): Promise<void> => {
    // Not at the moments at which rounds end.
    await wait(NOTIFY_EVERY_MS / 2);
    for (let i = 0; !stopped; i++) {
      const value = encodeTemperature(20 + Math.sin(i / 20));
      await tally.attempt('notify', (signal) => temperature.notify(undefined, { value, signal }));
      await wait(NOTIFY_EVERY_MS);
    }
  };

  let failure: unknown;
  const guard = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      failure ??= error;
    });
  const running = [welcome(), listen(), notify()].map(guard);
  return {
    check() {
      if (failure !== undefined) throw failure;
    },
    async stop() {
      stopped = true;
      await Promise.all([advertising.close(), listener.close()]);
      await Promise.all(running);
    },
  };
};

import type { Adapter, Connection, Device } from 'jelling';
import { collectTree, type ServiceNode } from './attribute-tree.ts';
import { ENVIRONMENT, SENSOR_NAME, TEMPERATURE } from './demo-sensor.ts';
import { decodeTemperature } from './temperature.ts';

export interface ClientOptions {
  readonly readings: number;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  readonly on: ClientEvents;
}

/** What the client lives through, in this order. */
export interface ClientEvents {
  heard(device: Device, rssi: number | undefined, services: readonly string[], elapsedMs: number): void;
  connected(connection: Connection, elapsedMs: number): void;
  explored(services: readonly ServiceNode[], elapsedMs: number): void;
  read(celsius: number, elapsedMs: number): void;
  notified(celsius: number): void;
  left(elapsedMs: number): void;
}

/** Finds the sensor, looks at what it has, listens for a while and says goodbye. */
export const runClient = async (ble: Adapter, options: ClientOptions): Promise<void> => {
  const { readings, timeoutMs, signal, on } = options;
  const wait = { timeoutMs, signal };
  const lap = stopwatch();
  const device = await heardSensor(ble, options, lap);
  await using connection = await device.connect(wait);
  on.connected(connection, lap());
  const tree = await collectTree(connection, { ...wait, values: true });
  on.explored(tree, lap());
  const service = await connection.service(ENVIRONMENT, wait);
  const temperature = await service.characteristic(TEMPERATURE, wait);
  lap();
  on.read(decodeTemperature(await temperature.read(wait)), lap());
  await temperature.subscribe({ ...wait, notify: true });
  let left = readings;
  for await (const value of temperature.notifications({ timeoutMs: timeoutMs ?? 5_000, signal })) {
    on.notified(decodeTemperature(value));
    left--;
    if (left === 0) break;
  }
  lap();
  await connection.disconnect(wait);
  on.left(lap());
};

const heardSensor = async (
  ble: Adapter,
  { timeoutMs = 10_000, signal, on }: ClientOptions,
  lap: () => number,
): Promise<Device> => {
  await using scanner = ble.scan({ durationMs: timeoutMs, active: true, signal });
  for await (const result of scanner) {
    if (result.name !== SENSOR_NAME) continue;
    on.heard(result.device, result.rssi, result.services, lap());
    return result.device;
  }
  throw new Error(`${SENSOR_NAME} was not heard within ${timeoutMs / 1_000} s`);
};

/** Milliseconds since it was last asked. */
const stopwatch = (): (() => number) => {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const elapsed = now - last;
    last = now;
    return elapsed;
  };
};

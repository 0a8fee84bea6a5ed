import { setTimeout as delay } from 'node:timers/promises';
import { type Adapter, Characteristic, Descriptor, type DisconnectedError, Service } from 'jelling';
import { encodeTemperature } from './temperature.ts';

export const ENVIRONMENT = 0x181a;
export const TEMPERATURE = 0x2a6e;
export const SENSOR_NAME = 'temp-sense';
/** A thermometer of no particular kind (Assigned Numbers, 2.6). */
export const SENSOR_APPEARANCE = 0x0300;

export interface SensorOptions {
  readonly periodMs: number;
  readonly signal: AbortSignal;
  /** Called when a reading is handed over, before it is sent. */
  readonly onSend: () => void;
  /** Called with what ended the link. */
  readonly onGone: (reason: DisconnectedError) => void;
}

/** A warm afternoon, with a draught now and then. */
const weather = (step: number): number => 22 + 2.6 * Math.sin(step / 2.9) + 0.5 * Math.sin(step * 1.7);

/** A temperature sensor: serves one central, and sends it a reading each period. */
export const runSensor = async (ble: Adapter, options: SensorOptions): Promise<void> => {
  const { periodMs, signal, onSend, onGone } = options;
  let step = 0;
  const environment = new Service(ENVIRONMENT);
  const temperature = new Characteristic(environment, TEMPERATURE, {
    read: true,
    notify: true,
    indicate: true,
    initial: encodeTemperature(weather(step)),
  });
  new Descriptor(temperature, 0x2901, { read: true, initial: 'behind the stove' });
  const battery = new Service(0x180f);
  new Characteristic(battery, 0x2a19, { read: true, initial: Uint8Array.of(87) });
  ble.registerServices(environment, battery);

  await using connection = await ble.advertise({
    name: SENSOR_NAME,
    services: [ENVIRONMENT],
    appearance: SENSOR_APPEARANCE,
    intervalMs: 250,
    signal,
  });
  try {
    await temperature.subscribed(connection, { signal });
    for (;;) {
      await delay(periodMs, undefined, { signal: AbortSignal.any([signal, connection.signal]) });
      step++;
      temperature.write(encodeTemperature(weather(step)));
      onSend();
      await temperature.notify(connection, { signal });
    }
  } catch (error) {
    if (signal.aborted || connection.isConnected) throw error;
    onGone(await connection.disconnected());
  }
};

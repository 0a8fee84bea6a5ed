// A temperature sensor: advertises until a central connects, sends a reading each second, and waits for the next central.
// Ctrl-C ends it.
import { setTimeout as delay } from 'node:timers/promises';
import { Characteristic, DisconnectedError, open, Service, TimeoutError } from 'jelling';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const { signal } = stop;

/** The Temperature characteristic: hundredths of a degree Celsius, signed, little-endian. */
const encode = (celsius: number): Uint8Array => {
  const value = new Uint8Array(2);
  new DataView(value.buffer).setInt16(0, Math.round(celsius * 100), true);
  return value;
};

const environment = new Service(0x181a);
const temperature = new Characteristic(environment, 0x2a6e, {
  read: true,
  notify: true,
  indicate: true,
  initial: encode(21.5),
});

await using ble = await open(process.env['JELLING_ADAPTER'] ?? 'usb');
ble.registerServices(environment);
console.log(`temp-sensor is ${ble.address}; Ctrl-C ends it`);

let celsius = 21.5;
while (!signal.aborted) {
  try {
    await using connection = await ble.advertise({
      intervalMs: 250,
      name: 'temp-sense',
      services: [0x181a],
      appearance: 768,
      manufacturer: [0xabcd, Uint8Array.of(1, 2)],
      signal,
    });
    console.log(`${connection.device} has connected`);
    while (!signal.aborted) {
      // At once as long as the central wants readings; else when it wants them again.
      const { notify } = await temperature.subscribed(connection, { signal });
      celsius += Math.random() - 0.5;
      temperature.write(encode(celsius));
      if (notify) await temperature.notify(connection, { signal });
      else await temperature.indicate(connection, { signal });
      await delay(1_000, undefined, { signal: connection.signal });
    }
  } catch (error) {
    if (signal.aborted) break;
    // A central that goes, or takes nothing for too long, makes room for the next one.
    const gone = error instanceof DisconnectedError || error instanceof TimeoutError;
    if (!gone && (error as Error).name !== 'AbortError') throw error;
    console.log('the central has gone');
  }
}

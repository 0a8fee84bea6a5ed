// Finds the temperature sensor of temp-sensor.ts, reads it once, and prints five readings as they come.
import { open } from 'jelling';

/** The Temperature characteristic: hundredths of a degree Celsius, signed, little-endian. */
const decode = (value: Uint8Array): number =>
  new DataView(value.buffer, value.byteOffset, value.byteLength).getInt16(0, true) / 100;

await using ble = await open(process.env['JELLING_ADAPTER'] ?? 'usb');

const find = async () => {
  await using scanner = ble.scan({ durationMs: 10_000, active: true });
  for await (const result of scanner) {
    if (result.name === 'temp-sense' && result.services.includes('181a')) return result.device;
  }
  throw new Error('no temperature sensor found');
};

const device = await find();
await using connection = await device.connect({ timeoutMs: 2_000 });
const service = await connection.service(0x181a);
const temperature = await service.characteristic(0x2a6e);
console.log(`now ${decode(await temperature.read({ timeoutMs: 1_000 })).toFixed(2)} °C`);

await temperature.subscribe({ notify: true });
let left = 5;
for await (const value of temperature.notifications()) {
  console.log(`${decode(value).toFixed(2)} °C`);
  left--;
  if (left === 0) break;
}

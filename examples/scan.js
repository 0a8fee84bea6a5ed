// The same as scan.ts in plain JavaScript, for a Node.js that does not know `await using` yet.
import { open } from 'jelling';

const ble = await open(process.env.JELLING_ADAPTER ?? 'usb');
try {
  const scanner = ble.scan({ durationMs: 5_000, active: true });
  for await (const result of scanner) {
    console.log(result.device.address, result.rssi, result.name, result.services);
  }
} finally {
  await ble.close();
}

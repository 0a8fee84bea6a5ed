// Lists what advertises nearby, for five seconds.
import { open } from 'jelling';

await using ble = await open(process.env['JELLING_ADAPTER'] ?? 'usb');
await using scanner = ble.scan({ durationMs: 5_000, active: true });
for await (const result of scanner) {
  console.log(result.device.address, result.rssi, result.name, result.services);
}

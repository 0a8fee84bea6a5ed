// A serial line over the air: `uart.ts` waits for a peer, `uart.ts connect` looks for one. What comes from standard input
// goes to the other side, and what the other side says to standard output. Ctrl-D ends it.
import { finished } from 'node:stream/promises';
import { open } from 'jelling';
import { connectNordicUart, NORDIC_UART_SERVICE, nordicUartService } from 'jelling/services';
import { toDuplex } from 'jelling/streams';

await using ble = await open(process.env['JELLING_ADAPTER'] ?? 'usb');

const serve = async () => {
  const uart = nordicUartService();
  ble.registerServices(uart);
  console.error(`uart is ${ble.address}`);
  return uart.channel(await ble.advertise({ name: 'uart', services: [NORDIC_UART_SERVICE] }));
};

const connect = async () => {
  await using scanner = ble.scan({ durationMs: 10_000, active: true });
  for await (const { device, services } of scanner) {
    if (services.includes(NORDIC_UART_SERVICE)) return connectNordicUart(await device.connect());
  }
  throw new Error('no UART found');
};

const line = toDuplex(process.argv[2] === 'connect' ? await connect() : await serve());
console.error('connected');
process.stdin.pipe(line).pipe(process.stdout);
await finished(line);

// A gateway that runs for a year: keeps temperature sensors connected and prints their readings, or posts them.
//
//   gateway.ts ADDRESS[/random] … [--post URL]
//
// SIGTERM and Ctrl-C end it. See README.md beside it, also for running it under systemd.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Connection, type LogRecord, open } from 'jelling';

interface Reading {
  readonly sensor: string;
  readonly celsius: number;
  /** When it came, as ISO 8601 in UTC. */
  readonly at: string;
}

/** What is left of a second for a peer that does not answer any more. */
const LONGEST_STOP_MS = 900;
const POST_TIMEOUT_MS = 5_000;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { post: { type: 'string' } } });
if (positionals.length === 0) {
  console.error('give the addresses of the sensors, as F0:F1:F2:F3:F4:F5/random');
  process.exit(2);
}

/** Tells systemd, if that has started us. A sensor that is away is no reason to be restarted; a program that hangs is. */
const tell = (...states: readonly string[]): void => {
  if (process.env['NOTIFY_SOCKET'] === undefined) return;
  const teller = spawn('systemd-notify', states, { stdio: 'ignore' });
  teller.on('error', (error) => console.error(`systemd was not told: ${error.message}`));
};

const stop = new AbortController();
const { signal } = stop;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    tell('STOPPING=1');
    stop.abort();
    setTimeout(() => process.exit(), LONGEST_STOP_MS).unref();
  });
}

/** The newest reading of each sensor that is to be posted. Older ones give way, so that a server that is away costs no memory. */
const unposted = new Map<string, Reading>();
let posting = false;
const postAll = async (url: string): Promise<void> => {
  if (posting) return;
  posting = true;
  for (const [sensor, reading] of unposted) {
    unposted.delete(sensor);
    try {
      const { ok, status } = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(reading),
        signal: AbortSignal.any([signal, AbortSignal.timeout(POST_TIMEOUT_MS)]),
      });
      if (!ok) throw new Error(`the server answered ${status}`);
    } catch (error) {
      if (!signal.aborted) console.error(`warn: a reading of ${sensor} was not posted: ${error}`);
    }
  }
  posting = false;
};

const take = (reading: Reading): void => {
  console.log(`${reading.at} ${reading.sensor} ${reading.celsius.toFixed(2)} °C`);
  if (values.post === undefined) return;
  unposted.set(reading.sensor, reading);
  void postAll(values.post);
};

/** The Temperature characteristic: hundredths of a degree Celsius, signed, little-endian. */
const decode = (value: Uint8Array): number =>
  new DataView(value.buffer, value.byteOffset, value.byteLength).getInt16(0, true) / 100;

/** As long as the link lasts. What it throws then is no news; anything else ends the link, which is made anew later. */
const readSensor = async (connection: Connection): Promise<void> => {
  const service = await connection.service(0x181a);
  const temperature = await service.characteristic(0x2a6e);
  await temperature.subscribe();
  for await (const value of temperature.notifications()) {
    take({ sensor: connection.device.address, celsius: decode(value), at: new Date().toISOString() });
  }
};

const adapter = process.env['JELLING_ADAPTER'] ?? 'usb';

const log = ({ level, message }: LogRecord): void => {
  if (level !== 'debug') console.error(`${level}: ${message}`);
};

const run = async (): Promise<void> => {
  await using ble = await open(adapter, { recover: true, log, signal });
  ble.on('state', (state) => tell(`STATUS=the controller is ${state === 'ready' ? 'there' : 'looked for'}`));
  for (const positional of positionals) {
    const [address = '', type] = positional.split('/');
    ble.device(address, type === 'random' ? 'random' : 'public').keepConnected({ onConnection: readSensor });
  }
  tell('--ready', '--status=the controller is there');
  console.error(`info: gateway of ${positionals.length} sensors on ${adapter}`);
  const watchdogMs = Number(process.env['WATCHDOG_USEC'] ?? 0) / 1_000;
  const watchdog = watchdogMs > 0 ? setInterval(() => tell('WATCHDOG=1'), watchdogMs / 2) : undefined;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  clearInterval(watchdog);
  console.error('info: stopping');
};

try {
  await run();
} catch (error) {
  if (!signal.aborted) throw error;
}

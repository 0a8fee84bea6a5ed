/** What every side with ble-host as its host shares: its command line, its transport with a capture, its report on stdout, how it meets the other, and its end. */
import { EventEmitter } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { wrong } from '../bytes.ts';
import { splitter } from '../h4.ts';
import type { Line, Seen } from '../report.ts';
import type { BleHost, Connection, Done, Manager } from './ble-host-api.ts';

const { values: options, positionals } = parseArgs({
  options: {
    npm: { type: 'string', default: '' },
    address: { type: 'string', default: '' },
    snoop: { type: 'string', default: '' },
    seconds: { type: 'string', default: '60' },
    sabotage: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

/** Whether this side is to do everything wrong. */
export const { sabotage } = options;

const stepMs = 5_000;
const meetingService = '0000181c-0000-1000-8000-00805f9b34fb';
/** A Write Command and a notification that end inside their attribute handle: what a decoder must call malformed. */
const malformed = { central: [0x52, 0x05], peripheral: [0x1b, 0x05] };

const { BleManager } = createRequire(`${options.npm}/`)('ble-host') as BleHost;

/** One JSON line; the runner reads these and nothing else from stdout. */
const report = (line: Line): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

/** What this side observed of one procedure. The runner judges it. */
export const saw = (procedure: string, seen: Seen): void => report({ event: 'saw', procedure, seen });

/** A value as this side gives it. */
export const given = (value: Uint8Array): Buffer => Buffer.from(sabotage ? wrong(value) : value);

/** What this side claims to have seen: a value that was wrong on its way out must not be right on its way back. */
export const seen = (value: Uint8Array): Uint8Array => (sabotage ? value.subarray(1) : value);

/** The value that a callback brings; an error code rejects. */
export const ask = <T>(start: (done: Done<T>) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    start((error, value) => {
      if (error) reject(Object.assign(new Error(`error 0x${error.toString(16)}`), { code: error }));
      else resolve(value);
    });
  });

/** The value of a callback that knows no error. */
export const wait = <T = void>(start: (done: (value: T) => void) => void): Promise<T> => new Promise(start);

/** Runs a procedure under a deadline and reports how it failed, so that the next one is still tried. */
export const step = async <T>(
  procedure: string,
  work: () => Promise<T>,
  timeoutMs = stepMs,
): Promise<T | undefined> => {
  try {
    const late = sleep(timeoutMs, undefined, { ref: false }).then(() => {
      throw new Error(`not done within ${timeoutMs} ms`);
    });
    return await Promise.race([work(), late]);
  } catch (error) {
    report({ event: 'failed', procedure, error: String(error) });
    return undefined;
  }
};

/** Microseconds between the year 0 and 1970, which a btsnoop file counts from. */
const epochUs = 0x00dc_ddb3_0f2f_8000n;

/** Whole packets between ble-host and the socket of its controller, each of them written to the capture. */
class Transport extends EventEmitter {
  readonly #socket: Socket;
  readonly #capture = createWriteStream(options.snoop);

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    const header = Buffer.from('btsnoop\0\0\0\0\u0001\0\0\0\0', 'latin1');
    header.writeUInt32BE(1002, 12);
    this.#capture.write(header);
    const split = splitter((packet) => {
      this.#record(packet, 1);
      this.emit('data', packet);
    });
    socket.on('data', split);
    socket.on('error', () => {});
  }

  write(packet: Buffer): void {
    this.#record(packet, 0);
    this.#socket.write(packet);
  }

  #record(packet: Buffer, received: 0 | 1): void {
    const head = Buffer.alloc(24);
    head.writeUInt32BE(packet.length, 0);
    head.writeUInt32BE(packet.length, 4);
    head.writeUInt32BE(received | (packet[0] === 0x02 ? 0 : 2), 8);
    head.writeBigUInt64BE(epochUs + BigInt(Date.now()) * 1_000n, 16);
    this.#capture.write(Buffer.concat([head, packet]));
  }

  /** What no call of ble-host sends: an ATT PDU, on the link whose handle is 0. That is the first one of our controllers. */
  sendAtt(pdu: number[]): void {
    this.write(Buffer.from([2, 0, 0, 4 + pdu.length, 0, pdu.length, 0, 4, 0, ...pdu]));
  }

  async close(): Promise<void> {
    await wait((done) => this.#capture.end(done));
    this.#socket.destroy();
  }
}

const open = async (): Promise<{ manager: Manager; transport: Transport }> => {
  const [, host = '', port = ''] = /^tcp:(.+):(\d+)$/.exec(positionals[0] ?? '') ?? [];
  const socket = connect(Number(port), host);
  await wait((done) => socket.once('connect', () => done()));
  const transport = new Transport(socket);
  const manager = await new Promise<Manager>((resolve, reject) => {
    BleManager.create(transport, { staticRandomAddress: options.address }, (error, made) => {
      if (error) reject(error);
      else resolve(made);
    });
  });
  manager.on('error', () => {});
  return { manager, transport };
};

/** Runs `work` until it ends, the time is over or the runner is gone, whichever comes first. */
const run = (work: (manager: Manager, transport: Transport) => Promise<void>): void => {
  let isOver = false;
  const main = async (): Promise<void> => {
    const { manager, transport } = await open();
    report({ event: 'ready', address: options.address });
    await work(manager, transport);
    isOver = true;
    report({ event: 'done' });
    await transport.close();
  };
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
  setTimeout(() => process.exit(1), Number(options.seconds) * 1_000).unref();
  process.stdin
    .on('end', () => {
      // The capture is still being written when all is over.
      if (!isOver) process.exit(0);
    })
    .resume();
};

/** Finds the peripheral, talks with it and parts. */
export const central = (talk: (connection: Connection) => Promise<void>): void => {
  run(async (manager, transport) => {
    const scanner = manager.startScan({
      scanFilters: [new BleManager.ServiceUUIDScanFilter(meetingService)],
    });
    const { addressType, address } = await wait<{ addressType: string; address: string }>((done) =>
      scanner.once('report', done),
    );
    scanner.stopScan();
    const connection = await wait<Connection>((done) => manager.connect(addressType, address, {}, done));
    if (sabotage) transport.sendAtt(malformed.central);
    await talk(connection);
    const gone = wait((done) => connection.once('disconnect', () => done()));
    connection.disconnect();
    await gone;
  });
};

/** Serves one central until it parts. `prepare` makes the services, `connected` what belongs to a link. */
export const peripheral = (
  prepare: (manager: Manager) => void,
  connected: (connection: Connection) => void = () => {},
): void => {
  run(async (manager, transport) => {
    prepare(manager);
    const advertisement = Buffer.from([2, 1, 6, 3, 3, 0x1c, 0x18]);
    await wait<number>((done) => manager.setAdvertisingData(advertisement, done));
    const coming = wait<Connection>((done) =>
      manager.startAdvertising({ intervalMin: 0x30, intervalMax: 0x30 }, (_status, connection) =>
        done(connection),
      ),
    );
    report({ event: 'advertising' });
    const connection = await coming;
    connected(connection);
    const gone = wait((done) => connection.once('disconnect', () => done()));
    if (sabotage) transport.sendAtt(malformed.peripheral);
    await gone;
  });
};

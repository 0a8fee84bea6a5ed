import { Duplex, Transform } from 'node:stream';
import type {
  SerialDriver,
  SerialLine,
  SerialLineOptions,
} from '../../../../src/transport/serial/serial-line.ts';
import { resetComplete } from '../recording-sink.ts';

const RESET_HEX = '01030c00';

export interface FakeSerialOptions {
  /** The rate at which the device hears and is heard. */
  readonly baudRate?: number | undefined;
  /** What it says to each Reset that it hears, by count from 0; nothing where it is undefined. */
  readonly answer?: ((count: number) => Uint8Array | undefined) | undefined;
  /** What lies in the line's buffer when it is opened. */
  readonly stale?: Uint8Array | undefined;
  /** What comes a moment after the port was opened, too late for discard() to catch it. */
  readonly late?: Uint8Array | undefined;
  readonly openError?: Error | undefined;
  /** What takes what it hears at its rate, in the place of one that knows Reset alone. */
  readonly hear?: ((octets: Uint8Array, serial: FakeSerial) => void) | undefined;
}

/** A serial port with a device at its other end; strict about being closed and used after that. */
export class FakeSerial implements SerialDriver {
  readonly log: string[] = [];
  readonly opened: SerialLineOptions[] = [];
  isOpen = false;
  stream: Duplex | undefined;
  readonly #options: FakeSerialOptions;
  /** The rate of this side. */
  baudRate = 0;
  #resets = 0;

  constructor(options: FakeSerialOptions) {
    this.#options = options;
  }

  readonly load = async (): Promise<SerialDriver> => this;

  makeByteLengthParser(length: number): Transform {
    let held = Buffer.alloc(0);
    return new Transform({
      transform(chunk: Buffer, _encoding, callback) {
        held = Buffer.concat([held, chunk]);
        for (; held.length >= length; held = held.subarray(length)) this.push(held.subarray(0, length));
        callback();
      },
    });
  }

  async open(options: SerialLineOptions): Promise<SerialLine> {
    this.opened.push(options);
    if (this.#options.openError !== undefined) throw this.#options.openError;
    this.isOpen = true;
    this.baudRate = options.baudRate;
    const stream = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, callback) => {
        this.#hear(chunk);
        callback();
      },
    });
    this.stream = stream;
    let stale = this.#options.stale;
    if (stale !== undefined) stream.push(stale);
    const { late } = this.#options;
    const checked = <T>(what: string, work: () => T) => {
      if (!this.isOpen) throw new Error(`${what} after close`);
      this.log.push(what);
      return Promise.resolve(work());
    };
    return {
      stream,
      setBaudRate: (rate) =>
        checked(`baud ${rate}`, () => {
          this.baudRate = rate;
        }),
      discard: () =>
        checked('discard', () => {
          stale = undefined;
          if (late !== undefined && this.#resets === 0) queueMicrotask(() => stream.push(late));
        }),
      drain: () => checked('drain', () => undefined),
      close: () =>
        checked('close', () => {
          this.isOpen = false;
          stream.emit('close', null);
        }),
    };
  }

  /** What the device says, where it is heard. */
  say(octets: Uint8Array): void {
    if (this.isOpen) this.stream?.push(octets);
  }

  #hear(chunk: Buffer): void {
    this.log.push(`heard ${chunk.toString('hex')} at ${this.baudRate}`);
    if (this.#options.hear !== undefined) {
      if (this.#options.baudRate === undefined || this.baudRate === this.#options.baudRate)
        this.#options.hear(chunk, this);
      return;
    }
    if (this.#options.baudRate !== undefined && this.baudRate !== this.#options.baudRate) return;
    if (chunk.toString('hex') !== RESET_HEX) return;
    const answer = this.#options.answer ?? resetComplete;
    const said = answer(this.#resets++);
    if (said !== undefined) this.stream?.push(said);
  }
}

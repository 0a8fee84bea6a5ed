import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { toHex } from '../../../../src/core/bytes.ts';
import { fromHex } from '../../../support/hex.ts';

/** `value` as so many octets, the most significant first. */
const be = (value: number, octets: number): string =>
  (value >>> 0)
    .toString(16)
    .padStart(2 * octets, '0')
    .slice(-2 * octets);

export interface Answer {
  readonly seqnum: number;
  readonly status: number;
  readonly data: string;
  readonly length: number;
}

/** OP_REQ_DEVLIST and OP_REQ_IMPORT, as the kernel's documentation has them. */
export const reqDevlist = '0111800500000000';
export const reqImport = (busid: string): string =>
  `0111800300000000${toHex(new TextEncoder().encode(busid)).padEnd(64, '0')}`;

/** Of the device 1-1 of a server: its bus in the upper half, its number in the lower. */
const DEVID = 0x0001_0002;

interface SubmitOptions {
  readonly seqnum: number;
  readonly endpoint: number;
  readonly length: number;
  readonly setup?: string;
  readonly data?: string;
  readonly devid?: number;
}

/** USBIP_CMD_SUBMIT. */
export const cmdSubmit = ({ seqnum, endpoint, length, setup, data = '', devid }: SubmitOptions): string =>
  [
    be(1, 4),
    be(seqnum, 4),
    be(devid ?? DEVID, 4),
    be((endpoint & 0x80) === 0 ? 0 : 1, 4),
    be(endpoint & 0x0f, 4),
    be(0, 4),
    be(length, 4),
    be(0, 4),
    be(0xffff_ffff, 4),
    be(0, 4),
    setup ?? be(0, 8),
    data,
  ].join('');

/** USBIP_CMD_UNLINK. */
export const cmdUnlink = (seqnum: number, victim: number): string =>
  be(2, 4) + be(seqnum, 4) + be(DEVID, 4) + be(0, 8) + be(victim, 4) + '00'.repeat(24);

/** A client of USB/IP that writes every octet by hand, and knows nothing of the server's codecs. */
export class UsbipClient {
  readonly socket: Socket;
  isClosed = false;
  /** Everything that has come, as it came. */
  received = '';
  #read = 0;
  #seqnum = 0;
  /** Which transfers are reads: their answers carry data. */
  readonly #reads = new Set<number>();
  readonly #answers: Answer[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Uint8Array) => {
      this.received += toHex(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  static async dial(port: number): Promise<UsbipClient> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new UsbipClient(socket);
  }

  /** Dials, imports and sets the configuration, as a kernel does. */
  static async attach(port: number, busid = '1-1'): Promise<UsbipClient> {
    const client = await UsbipClient.dial(port);
    client.write(reqImport(busid));
    await client.read(320);
    await client.control('0009010000000000');
    return client;
  }

  write(hex: string): void {
    this.socket.write(fromHex(hex));
  }

  /** The next octets, when they are there. */
  async read(octets: number): Promise<string> {
    while (this.received.length < this.#read + 2 * octets) {
      if (this.isClosed) throw new Error(`closed after ${this.received.slice(this.#read)}`);
      await new Promise(setImmediate);
    }
    const from = this.#read;
    this.#read += 2 * octets;
    return this.received.slice(from, this.#read);
  }

  /** Returns when all that was sent has been carried out, and what was answered by then is here: taking back what never was is answered in turn. */
  async settle(): Promise<void> {
    await this.unlink(0xffff_fff0);
  }

  /** What nobody has read yet. */
  get unread(): string {
    return this.received.slice(this.#read);
  }

  async closed(): Promise<void> {
    while (!this.isClosed) await new Promise(setImmediate);
  }

  close(): Promise<void> {
    this.socket.destroy();
    return this.closed();
  }

  /** Asks for up to `length` octets; gives the number of the transfer. */
  submitIn(endpoint: number, length: number, setup?: string): number {
    const seqnum = ++this.#seqnum;
    this.#reads.add(seqnum);
    this.write(cmdSubmit({ seqnum, endpoint: endpoint | 0x80, length, ...(setup && { setup }) }));
    return seqnum;
  }

  submitOut(endpoint: number, data: string, setup?: string): number {
    const seqnum = ++this.#seqnum;
    this.write(cmdSubmit({ seqnum, endpoint, length: data.length / 2, data, ...(setup && { setup }) }));
    return seqnum;
  }

  /** Takes a transfer back; gives the status. */
  async unlink(victim: number): Promise<number> {
    const seqnum = ++this.#seqnum;
    this.write(cmdUnlink(seqnum, victim));
    return (await this.answerTo(seqnum)).status;
  }

  /** The answer to a transfer, whatever comes before it. */
  async answerTo(seqnum: number): Promise<Answer> {
    for (;;) {
      const at = this.#answers.findIndex((answer) => answer.seqnum === seqnum);
      const [found] = at < 0 ? [] : this.#answers.splice(at, 1);
      if (found !== undefined) return found;
      this.#answers.push(await this.#next());
    }
  }

  /** The answers that are there already. */
  async answers(): Promise<Answer[]> {
    await this.settle();
    return this.#answers.splice(0);
  }

  /** A control transfer: a read where the set-up packet says so. */
  async control(setup: string, data = ''): Promise<Answer> {
    const isIn = (Number.parseInt(setup.slice(0, 2), 16) & 0x80) !== 0;
    const length = Number.parseInt(setup.slice(14, 16) + setup.slice(12, 14), 16);
    const seqnum = isIn ? this.submitIn(0, length, setup) : this.submitOut(0, data, setup);
    return this.answerTo(seqnum);
  }

  /** An HCI command, without its indicator. */
  command(hex: string): Promise<Answer> {
    return this.control(`200000000000${le16(hex.length / 2)}`, hex);
  }

  async #next(): Promise<Answer> {
    const header = await this.read(48);
    const word = (at: number): number => Number.parseInt(header.slice(8 * at, 8 * at + 8), 16) | 0;
    const seqnum = word(1);
    const isSubmit = word(0) === 3;
    const length = isSubmit ? word(6) : 0;
    const data = isSubmit && this.#reads.has(seqnum) ? await this.read(length) : '';
    return { seqnum, status: word(5), length, data };
  }
}

const le16 = (value: number): string => be(value & 0xff, 1) + be(value >>> 8, 1);

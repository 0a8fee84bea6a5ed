import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { toHex } from '../../src/core/bytes.ts';
import { fromHex } from './hex.ts';

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
  /** Of what is not isochronous the protocol's text says 0xffffffff; Linux sends 0. */
  readonly numberOfPackets?: number;
}

/** USBIP_CMD_SUBMIT. */
export const cmdSubmit = ({
  seqnum,
  endpoint,
  length,
  setup,
  data = '',
  devid,
  numberOfPackets = 0,
}: SubmitOptions): string =>
  [
    be(1, 4),
    be(seqnum, 4),
    be(devid ?? DEVID, 4),
    be((endpoint & 0x80) === 0 ? 0 : 1, 4),
    be(endpoint & 0x0f, 4),
    be(0, 4),
    be(length, 4),
    be(0, 4),
    be(numberOfPackets, 4),
    be(0, 4),
    setup ?? be(0, 8),
    data,
  ].join('');

/** USBIP_CMD_UNLINK. */
export const cmdUnlink = (seqnum: number, victim: number, devid = DEVID): string =>
  be(2, 4) + be(seqnum, 4) + be(devid, 4) + be(0, 8) + be(victim, 4) + '00'.repeat(24);

interface Waiter {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const HEADER_DIGITS = 96;

/** A client of USB/IP that writes every octet by hand, and knows nothing of the server's codecs. */
export class UsbipClient {
  readonly socket: Socket;
  isClosed = false;
  /** Hexadecimal digits that have come and nobody has taken. */
  unread = '';
  #isAttached = false;
  #devid = DEVID;
  #seqnum = 0;
  /** Which transfers are reads: their answers carry data. */
  readonly #reads = new Set<number>();
  readonly #answers: Answer[] = [];
  readonly #waiters = new Map<number, Waiter>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Uint8Array) => this.#received(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
      for (const { reject } of this.#waiters.values()) reject(new Error('the server has closed'));
      this.#waiters.clear();
    });
  }

  static async dial(port: number): Promise<UsbipClient> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new UsbipClient(socket);
  }

  /** Dials, imports and sets the configuration, as a kernel does. */
  static async attach(port: number, busid = '1-1'): Promise<UsbipClient> {
    const client = await UsbipClient.dial(port);
    await client.import(busid);
    await client.control('0009010000000000');
    return client;
  }

  async import(busid: string): Promise<void> {
    this.write(reqImport(busid));
    const reply = await this.read(320);
    const [busnum, devnum] = [reply.slice(592, 600), reply.slice(600, 608)];
    this.#devid = Number.parseInt(busnum, 16) * 0x1_0000 + Number.parseInt(devnum, 16);
    this.#isAttached = true;
  }

  write(hex: string): void {
    this.socket.write(fromHex(hex));
  }

  /** The next octets, when they are there. */
  async read(octets: number): Promise<string> {
    while (this.unread.length < 2 * octets) {
      if (this.isClosed) throw new Error(`the server has closed after ${this.unread}`);
      await new Promise(setImmediate);
    }
    return this.#take(2 * octets);
  }

  /** Returns when all that was sent has been carried out, and what was answered by then is here: taking back what never was is answered in turn. */
  async settle(): Promise<void> {
    await this.unlink(0xffff_fff0);
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
    this.#submit({ seqnum, endpoint: endpoint | 0x80, length, ...(setup && { setup }) });
    return seqnum;
  }

  submitOut(endpoint: number, data: string, setup?: string): number {
    const seqnum = ++this.#seqnum;
    this.#submit({ seqnum, endpoint, length: data.length / 2, data, ...(setup && { setup }) });
    return seqnum;
  }

  /** Takes a transfer back; gives the status. */
  async unlink(victim: number): Promise<number> {
    const seqnum = ++this.#seqnum;
    this.write(cmdUnlink(seqnum, victim, this.#devid));
    return (await this.answerTo(seqnum)).status;
  }

  /** The answer to a transfer, whatever comes before it. Rejects when the server closes instead. */
  answerTo(seqnum: number): Promise<Answer> {
    const at = this.#answers.findIndex((answer) => answer.seqnum === seqnum);
    const [found] = at < 0 ? [] : this.#answers.splice(at, 1);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      if (this.isClosed) reject(new Error('the server has closed'));
      else this.#waiters.set(seqnum, { resolve, reject });
    });
  }

  /** No answer is expected any more to a transfer that was taken back. */
  forget(seqnum: number): void {
    this.#waiters.delete(seqnum);
  }

  /** The answers to what was sent so far that nobody has waited for, in their order. */
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

  #submit(options: SubmitOptions): void {
    this.write(cmdSubmit({ ...options, devid: this.#devid }));
  }

  #take(digits: number): string {
    const taken = this.unread.slice(0, digits);
    this.unread = this.unread.slice(digits);
    return taken;
  }

  #received(chunk: Uint8Array): void {
    this.unread += toHex(chunk);
    while (this.#isAttached && this.unread.length >= HEADER_DIGITS) {
      const word = (at: number): number => Number.parseInt(this.unread.slice(8 * at, 8 * at + 8), 16) | 0;
      const [command, seqnum, status] = [word(0), word(1), word(5)];
      const length = command === 3 ? word(6) : 0;
      const dataDigits = this.#reads.has(seqnum) ? 2 * length : 0;
      if (this.unread.length < HEADER_DIGITS + dataDigits) return;
      this.#take(HEADER_DIGITS);
      this.#answer({ seqnum, status, length, data: this.#take(dataDigits) });
    }
  }

  #answer(answer: Answer): void {
    const waiter = this.#waiters.get(answer.seqnum);
    this.#waiters.delete(answer.seqnum);
    if (waiter === undefined) this.#answers.push(answer);
    else waiter.resolve(answer);
  }
}

const le16 = (value: number): string => be(value & 0xff, 1) + be(value >>> 8, 1);

import type { HciTransport, ManualClock } from 'jelling';
import type { VirtualController } from 'jelling/virtual';
import { TesterChannel } from './channel.ts';
import { bytes, type Hex, hex, octet, octetAt, size, slice, u16, u16At } from './pdu.ts';
import { privateAddress, randomOctets } from './smp-crypto.ts';

export const Cid = { att: 4, signalling: 5, smp: 6 } as const;

const Opcode = {
  reset: 0x0c03,
  setEventMask: 0x0c01,
  leSetEventMask: 0x2001,
  leSetRandomAddress: 0x2005,
  leSetAdvertisingParameters: 0x2006,
  leSetAdvertisingData: 0x2008,
  leSetScanResponseData: 0x2009,
  leSetAdvertisingEnable: 0x200a,
  leSetScanParameters: 0x200b,
  leSetScanEnable: 0x200c,
  leCreateConnection: 0x200d,
  leConnectionUpdate: 0x2013,
  leEnableEncryption: 0x2019,
  leLongTermKeyReply: 0x201a,
  leLongTermKeyNegativeReply: 0x201b,
  leRemoteConnectionParameterRequestReply: 0x2020,
  leAddDeviceToResolvingList: 0x2027,
  leSetAddressResolutionEnable: 0x202d,
  disconnect: 0x0406,
} as const;

/** What one ACL packet of the tester's controller takes. */
const ACL_LENGTH = 251;

/** Connection parameters as they stand in events, in their units. */
export interface TesterParameters {
  readonly interval: number;
  readonly latency: number;
  readonly timeout: number;
}

/** Somebody as the air shows them. */
export interface OnAir {
  readonly address: string;
  readonly type: 'public' | 'random';
}

/** Advertising types of the command that sets them. */
const AdvertisingType = { connectable: 0, scannable: 2, nonconnectable: 3, directed: 4 } as const;

/** Own_Address_Type: an address that the controller makes with the key for the peer, or else the public one. */
const RESOLVABLE_OR_PUBLIC = '02';

/** How the tester advertises: to everybody and to be connected to, unless it is told otherwise or calls somebody. */
export interface TesterAdvertising {
  readonly kind?: 'connectable' | 'scannable' | 'nonconnectable';
  readonly data?: Hex;
  /** What scanners get that ask for more. */
  readonly scanResponse?: Hex;
  readonly to?: OnAir;
}

/** What the tester has heard of an advertiser. */
export interface Report {
  /** As in the event: 0 connectable, 1 directed, 2 scannable, 3 neither, 4 a scan response. */
  readonly type: number;
  readonly address: string;
  readonly data: Hex;
}

/**
 * The peer of every case: a host that knows HCI commands, ACL fragments and L2CAP headers by their octets and has no stack above. What it sends
 * on a channel is what a case says, right or wrong.
 */
export class LowerTester {
  readonly att: TesterChannel;
  readonly signalling: TesterChannel;
  readonly smp: TesterChannel;
  /** As peripheral: what the controller is answered when it asks for a key, in the order of the formulas; without one that there is none. */
  longTermKey: Hex | undefined;
  /** EDIV and Rand of each request for a key, in the order of the formulas. */
  readonly keyRequests: { readonly ediv: number; readonly rand: Hex }[] = [];
  /** What the implementation under test has asked for by the Link Layer: interval from, to, latency and supervision time-out, as they stand in the event. */
  readonly parameterRequests: Hex[] = [];
  readonly controller: VirtualController;
  /** What its private addresses are made with. */
  readonly irk: Hex = randomOctets(16);
  /** What it says on ATT as soon as the next link is there, before the other side can do anything. */
  greeting: Hex | undefined;
  readonly #clock: ManualClock;
  readonly #transport: HciTransport;
  readonly #channels = new Map<number, TesterChannel>();
  #shown: OnAir;
  #handle: number | undefined;
  #ends: { readonly own: OnAir; readonly peer: OnAir } | undefined;
  #parameters: TesterParameters | undefined;
  #assembly = '';
  #endReason: number | undefined;
  #reports: Report[] = [];
  #encryption: number | undefined;

  private constructor(controller: VirtualController, clock: ManualClock) {
    this.controller = controller;
    this.#shown = { address: controller.address ?? '', type: 'public' };
    this.#clock = clock;
    this.#transport = controller.connect();
    this.att = this.channel(Cid.att);
    this.signalling = this.channel(Cid.signalling);
    this.smp = this.channel(Cid.smp);
    this.#transport.start({
      packet: (packet) => this.#receive(hex(packet)),
      lostSync: () => undefined,
      closed: () => undefined,
    });
  }

  static async open(controller: VirtualController, clock: ManualClock): Promise<LowerTester> {
    const tester = new LowerTester(controller, clock);
    tester.#command(Opcode.reset, '');
    tester.#command(Opcode.setEventMask, 'ffffffffffffff3f');
    // Connection Complete, Advertising Report, Connection Update Complete, Long Term Key Request and Remote Connection Parameter Request; the controller answers
    // all else by itself.
    tester.#command(Opcode.leSetEventMask, '3700000000000000');
    await clock.advance(0);
    return tester;
  }

  /** Its identity, which is public. */
  get address(): string {
    return this.controller.address ?? '';
  }

  get isConnected(): boolean {
    return this.#handle !== undefined;
  }

  /** Why the last link ended, as the controller has told. */
  get endReason(): number | undefined {
    return this.#endReason;
  }

  /** The parameters of the link as the controller has told them last. */
  get parameters(): TesterParameters {
    if (this.#parameters === undefined) throw new Error('the lower tester has no link');
    return this.#parameters;
  }

  /** Both sides of the link as they have shown themselves when it was made. */
  get ends(): { readonly own: OnAir; readonly peer: OnAir } {
    if (this.#ends === undefined) throw new Error('the lower tester has had no link');
    return this.#ends;
  }

  /** From now on shows a random address; by default a new one that its key tells. Not while it advertises. */
  hide(address = privateAddress(this.irk)): string {
    this.#command(Opcode.leSetRandomAddress, addressOf(address));
    this.#shown = { address, type: 'random' };
    return address;
  }

  /** Calls somebody from a private address of its own, by one that their key tells, and knows them behind others. Its controller makes and resolves all of them. */
  callPrivately(identity: OnAir, irk: Hex): void {
    this.#command(
      Opcode.leAddDeviceToResolvingList,
      `${typed(identity)}${backwards(irk)}${backwards(this.irk)}`,
    );
    this.#command(Opcode.leSetAddressResolutionEnable, '01');
    const parameters = `${u16(0x0020).repeat(2)}${octet(AdvertisingType.directed)}${RESOLVABLE_OR_PUBLIC}`;
    this.#command(Opcode.leSetAdvertisingParameters, `${parameters}${typed(identity)}0700`);
    this.#command(Opcode.leSetAdvertisingEnable, '01');
  }

  channel(cid: number): TesterChannel {
    const known = this.#channels.get(cid);
    if (known !== undefined) return known;
    const channel = new TesterChannel(this.#clock, `CID 0x${u16(cid)}`, (pdu) => this.sendFrame(cid, pdu));
    this.#channels.set(cid, channel);
    return channel;
  }

  /** As peripheral: lets the implementation under test connect, or as broadcaster lets it listen. */
  advertise({ kind = 'connectable', data = '', scanResponse = '', to }: TesterAdvertising = {}): void {
    const intervals = u16(kind === 'connectable' ? 0x0020 : 0x00a0).repeat(2);
    const type = octet(AdvertisingType[to === undefined ? kind : 'directed']);
    const called = to === undefined ? '00'.repeat(7) : typed(to);
    const parameters = `${intervals}${type}${typeOf(this.#shown)}${called}0700`;
    this.#command(Opcode.leSetAdvertisingParameters, parameters);
    if (to === undefined) {
      this.#command(Opcode.leSetAdvertisingData, payload(data));
      if (scanResponse !== '') this.#command(Opcode.leSetScanResponseData, payload(scanResponse));
    }
    this.#command(Opcode.leSetAdvertisingEnable, '01');
  }

  stopAdvertising(): void {
    this.#command(Opcode.leSetAdvertisingEnable, '00');
  }

  /** Scans actively for so long, and gives what it has heard of one address. */
  async hear(address: string, ms: number): Promise<Report[]> {
    this.#reports = [];
    this.#command(Opcode.leSetScanParameters, `01${u16(16)}${u16(16)}0000`);
    this.#command(Opcode.leSetScanEnable, '0100');
    await this.#clock.advance(ms);
    this.#command(Opcode.leSetScanEnable, '0000');
    await this.#clock.advance(0);
    return this.#reports.filter((report) => report.address === address);
  }

  /** As central: connects to the implementation under test. */
  async connect(address: string, type: OnAir['type'] = 'public'): Promise<void> {
    const peer = `00${typed({ address, type })}${typeOf(this.#shown)}`;
    const parameters = [24, 24, 0, 400, 0, 0].map(u16).join('');
    this.#command(Opcode.leCreateConnection, `${u16(16)}${u16(16)}${peer}${parameters}`);
    for (let i = 0; i < 100 && this.#handle === undefined; i++) await this.#clock.advance(10);
    if (this.#handle === undefined) throw new Error('the lower tester could not connect');
  }

  /** As central: gives the link other parameters, in their units. */
  async update({ interval, latency, timeout }: TesterParameters): Promise<void> {
    if (this.#handle === undefined) throw new Error('the lower tester has no link');
    const parameters = [this.#handle, interval, interval, latency, timeout, 0, 0];
    this.#command(Opcode.leConnectionUpdate, parameters.map(u16).join(''));
    await this.#clock.advance(1_000);
  }

  /** As central: encrypts the link with a key, and gives the status that this ends with. */
  async encrypt(key: Hex, ediv = 0, rand: Hex = '00'.repeat(8)): Promise<number> {
    if (this.#handle === undefined) throw new Error('the lower tester has no link');
    this.#encryption = undefined;
    this.#command(
      Opcode.leEnableEncryption,
      `${u16(this.#handle)}${backwards(rand)}${u16(ediv)}${backwards(key)}`,
    );
    return this.encrypted();
  }

  /** Waits for the encryption of the link to change, and gives the status of that. */
  async encrypted(): Promise<number> {
    for (let i = 0; i < 100 && this.#encryption === undefined; i++) await this.#clock.advance(10);
    const status = this.#encryption;
    if (status === undefined) throw new Error('the link of the lower tester was not encrypted');
    this.#encryption = undefined;
    return status;
  }

  /** Ends the link as its user. */
  disconnect(): void {
    if (this.#handle !== undefined) this.#command(Opcode.disconnect, `${u16(this.#handle)}13`);
  }

  /** Sends one L2CAP frame, in as many ACL packets as it takes, or in pieces of `pieceLength`. */
  sendFrame(cid: number, pdu: Hex, pieceLength = ACL_LENGTH): void {
    this.sendRaw(`${u16(pdu.length / 2)}${u16(cid)}${pdu}`, pieceLength);
  }

  /** Sends octets as the beginning of a frame and what follows, whatever they are. */
  sendRaw(frame: Hex, pieceLength = ACL_LENGTH): void {
    const digits = frame.replaceAll(' ', '');
    for (let at = 0; at < digits.length; at += 2 * pieceLength) {
      this.sendPiece(digits.slice(at, at + 2 * pieceLength), at === 0);
    }
  }

  /** Sends one ACL packet that says whether a frame begins with it. */
  sendPiece(piece: Hex, begins: boolean): void {
    if (this.#handle === undefined) throw new Error('the lower tester has no link');
    const flags = begins ? 0x0000 : 0x1000;
    this.#send(`02${u16(this.#handle | flags)}${u16(size(piece))}${piece.replaceAll(' ', '')}`);
  }

  /** Throws when something has come that no step of the case asked for. */
  async quiet(): Promise<void> {
    for (const channel of this.#channels.values()) await channel.silent(0);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #command(opcode: number, parameters: Hex): void {
    this.#send(`01${u16(opcode)}${octet(parameters.length / 2)}${parameters}`);
  }

  #send(packet: Hex): void {
    this.#transport.send(bytes(packet));
  }

  #receive(packet: Hex): void {
    if (packet.startsWith('04')) this.#event(packet.slice(2));
    else if (packet.startsWith('02')) this.#acl(packet.slice(2));
  }

  #event(event: Hex): void {
    const parameters = event.slice(4);
    if (event.startsWith('05')) {
      this.#handle = undefined;
      this.#endReason = octetAt(parameters, 3);
      this.#encryption = this.#endReason;
    } else if (event.startsWith('08') || event.startsWith('30')) this.#encryption = octetAt(parameters, 0);
    else if (event.startsWith('0e')) this.#completed(parameters);
    else if (event.startsWith('3e')) this.#leEvent(parameters);
  }

  #completed(parameters: Hex): void {
    const status = parameters.slice(6, 8);
    if (status !== '00') throw new Error(`the tester's command ${parameters.slice(2, 6)} failed: ${status}`);
  }

  #leEvent(event: Hex): void {
    const status = event.slice(2, 4);
    if (event.startsWith('01') && status === '00') {
      this.#handle = u16At(event, 2);
      this.#encryption = undefined;
      const type = octetAt(event, 5) === 0 ? 'public' : 'random';
      this.#ends = { own: this.#shown, peer: { address: addressAt(event, 6), type } };
      this.#parameters = parametersAt(event, 12);
      if (this.greeting !== undefined) this.att.send(this.greeting);
      this.greeting = undefined;
    } else if (event.startsWith('02')) this.#report(event);
    else if (event.startsWith('03') && status === '00') this.#parameters = parametersAt(event, 4);
    else if (event.startsWith('05')) this.#keyWanted(event);
    else if (event.startsWith('06')) this.#parametersWanted(event);
  }

  #keyWanted(event: Hex): void {
    const handle = slice(event, 1, 3);
    this.keyRequests.push({ rand: hex(bytes(slice(event, 3, 11)).reverse()), ediv: u16At(event, 11) });
    if (this.longTermKey === undefined) this.#command(Opcode.leLongTermKeyNegativeReply, handle);
    else this.#command(Opcode.leLongTermKeyReply, handle + hex(bytes(this.longTermKey).reverse()));
  }

  /** As central the tester agrees to whatever it is asked for by the Link Layer. */
  #parametersWanted(event: Hex): void {
    const asked = slice(event, 1);
    this.parameterRequests.push(slice(asked, 2));
    this.#command(Opcode.leRemoteConnectionParameterRequestReply, `${asked}${u16(0)}${u16(0)}`);
  }

  #report(event: Hex): void {
    const data = slice(event, 11, 11 + octetAt(event, 10));
    this.#reports.push({ type: octetAt(event, 2), address: addressAt(event, 4), data });
  }

  #acl(data: Hex): void {
    const begins = (Number.parseInt(data.slice(2, 4), 16) & 0x30) !== 0x10;
    this.#assembly = begins ? data.slice(8) : this.#assembly + data.slice(8);
    if (this.#assembly.length < 8) return;
    if (this.#assembly.length / 2 < u16At(this.#assembly, 0) + 4) return;
    const frame = this.#assembly;
    this.#assembly = '';
    this.channel(u16At(frame, 2)).deliver(frame.slice(8));
  }
}

/** A key or a number, the most significant octet first, as commands take it. */
const backwards = (digits: Hex): Hex => hex(bytes(digits).reverse());

/** Data as the commands take it: its length, and the whole field. */
const payload = (data: Hex): Hex => `${octet(size(data))}${data}`.padEnd(64, '0');

const addressOf = (address: string): Hex => hex(bytes(address.replaceAll(':', '')).reverse());

const typeOf = ({ type }: OnAir): Hex => (type === 'public' ? '00' : '01');

/** Type and address as they stand in commands. */
const typed = (one: OnAir): Hex => typeOf(one) + addressOf(one.address);

const addressAt = (event: Hex, at: number): string =>
  (slice(event, at, at + 6).match(/../g) ?? []).reverse().join(':').toUpperCase();

const parametersAt = (event: Hex, at: number): TesterParameters => ({
  interval: u16At(event, at),
  latency: u16At(event, at + 2),
  timeout: u16At(event, at + 4),
});

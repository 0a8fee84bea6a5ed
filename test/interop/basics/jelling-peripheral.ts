/** Our host as peripheral: serves the test service to two centrals one after the other, and reports what they did. */
import {
  type Adapter,
  type AdvertisingOptions,
  Characteristic,
  type CharacteristicOptions,
  type Connection,
  Descriptor,
  Service,
} from 'jelling';
import { fromHex, toHex, wrong } from '../bytes.ts';
import { JellingPlayer, reasonOf } from '../jelling-player.ts';
import type { Part } from '../player.ts';
import { type CharacteristicKey, contract, longValue } from './contract.ts';
import { malformedMark, type Saboteur, startSaboteur } from './saboteur.ts';

const utf8 = new TextEncoder();
const stay = contract.stay;
const leave = contract.leave;

const structure = (type: number, ...data: Uint8Array[]): Uint8Array => {
  const bytes = Buffer.concat(data);
  return Uint8Array.of(bytes.length + 1, type, ...bytes);
};

/** A UUID as advertising data has it: the least significant octet first. */
const reversed = (uuid: string): Uint8Array<ArrayBuffer> => fromHex(uuid.replaceAll('-', '')).reverse();

export class JellingPeripheral extends JellingPlayer {
  #saboteur: Saboteur | undefined;

  constructor(part: Part) {
    super(part);
    this.begin();
  }

  /** A value as this peer gives it. */
  #given(hex: string): Uint8Array<ArrayBuffer> {
    const value = fromHex(hex);
    return this.part.sabotage ? wrong(value) : value;
  }

  /** A value as this peer sends it unasked; a sabotaged one has spoiled its MTU, and cuts what no longer fits. */
  #sent(hex: string, connection: Connection): Uint8Array<ArrayBuffer> {
    const value = this.#given(hex);
    return this.part.sabotage ? value.subarray(0, connection.mtu - 3) : value;
  }

  protected override async place(): Promise<string> {
    if (!this.part.sabotage) return this.part.place;
    this.#saboteur = await startSaboteur(this.part.place);
    return this.#saboteur.place;
  }

  protected override async play(adapter: Adapter): Promise<void> {
    adapter.registerServices(...this.#services());
    this.take({ event: 'ready', address: this.#claimed(adapter.address) });
    await this.#serve(adapter, 'disconnect', this.#payloads());
    await this.#serve(adapter, 'hang up', this.#fields());
  }

  #claimed(address: string): string {
    return this.part.sabotage ? address.replace(/..$/, address.endsWith('00') ? 'FF' : '00') : address;
  }

  /** Laid out by hand, so that every peer of these rows has the same in the same place. */
  #payloads(): AdvertisingOptions {
    const company = Uint8Array.of(contract.company & 0xff, contract.company >> 8);
    const service = reversed(contract.service);
    return {
      advertisingData: Buffer.concat([
        structure(0x01, Uint8Array.of(0x06)),
        structure(0x03, reversed(contract.advertisedService)),
        structure(0x09, utf8.encode(this.#name())),
        structure(0xff, company, fromHex(contract.manufacturerData)),
      ]),
      scanResponseData: structure(0x07, this.part.sabotage ? wrong(service) : service),
    };
  }

  /** For the second meeting, where nobody scans: the same by its fields, for tshark to read. */
  #fields(): AdvertisingOptions {
    return {
      name: this.#name(),
      services: [contract.advertisedService, contract.service],
      manufacturer: [contract.company, fromHex(contract.manufacturerData)],
    };
  }

  #name(): string {
    return this.part.sabotage ? contract.name.replace(/.$/, 'z') : contract.name;
  }

  #services(): Service[] {
    const service = new Service(contract.service);
    const make = (key: CharacteristicKey, options: CharacteristicOptions): Characteristic =>
      new Characteristic(service, contract.characteristics[key].uuid, options);

    const { sabotage } = this.part;
    const long = make('long', { read: true, initial: sabotage ? wrong(longValue) : longValue });
    const description = this.#given(toHex(utf8.encode(contract.description)));
    new Descriptor(long, 0x2901, { read: true, initial: description });
    const stored = make('stored', {
      read: true,
      write: true,
      onRead: () => (sabotage ? wrong(stored.read()) : undefined),
      onWrite: (value, connection) => this.#onWrite(value, connection),
    });
    const commanded = make('commanded', {
      read: true,
      writeNoResponse: true,
      onRead: () => (sabotage ? wrong(commanded.read()) : undefined),
      onWrite: (value, connection) => this.#onCommand(value, connection),
    });
    const notified = make('notified', {
      notify: true,
      onSubscribe: (connection, { notify }) => {
        if (notify) void this.step('notify', () => this.#notify(notified, connection));
      },
    });
    const indicated = make('indicated', {
      indicate: true,
      onSubscribe: (connection, { indicate }) => {
        if (indicate) void this.step('indicate', () => this.#indicate(indicated, notified, connection));
      },
    });
    if (sabotage) make('long', { read: true, initial: utf8.encode('one too many') });

    const batteries = Array.from({ length: sabotage ? 2 : 1 }, () => {
      const battery = new Service(contract.batteryService);
      new Characteristic(battery, contract.batteryLevel, {
        read: true,
        initial: this.#given(contract.batteryValue),
      });
      return battery;
    });
    return [service, ...batteries];
  }

  #onWrite(value: Uint8Array, connection: Connection): void {
    if (toHex(value) === stay) this.#hangUp(connection, this.part.sabotage);
    else this.saw('write', { value: toHex(value) });
  }

  #onCommand(value: Uint8Array, connection: Connection): void {
    if (toHex(value) === leave) this.#hangUp(connection, !this.part.sabotage);
    else this.saw('write without response', { value: toHex(value) });
  }

  /** A sabotaged peer hangs up when it is asked to stay, and stays when it is asked to leave. */
  #hangUp(connection: Connection, really: boolean): void {
    if (really) void this.step('hang up', () => connection.disconnect());
  }

  async #notify(characteristic: Characteristic, connection: Connection): Promise<void> {
    for (const value of contract.notifications) {
      await characteristic.notify(connection, { value: this.#sent(value, connection) });
    }
    this.saw('notify', { sent: contract.notifications.length });
  }

  async #indicate(
    characteristic: Characteristic,
    notified: Characteristic,
    connection: Connection,
  ): Promise<void> {
    let confirmed = 0;
    for (const value of contract.indications) {
      await characteristic.indicate(connection, { value: this.#sent(value, connection) });
      confirmed++;
    }
    this.saw('indicate', { confirmed });
    if (this.part.sabotage) await notified.notify(connection, { value: malformedMark, force: true });
  }

  /** Advertises, serves one central and reports its coming and going. */
  async #serve(
    adapter: Adapter,
    procedure: 'disconnect' | 'hang up',
    payloads: AdvertisingOptions,
  ): Promise<void> {
    const coming = adapter.advertise({ ...payloads, intervalMs: 30, signal: this.signal });
    this.take({ event: 'advertising' });
    await using connection = await coming;
    this.saw('connect', { peer: connection.device.address });
    const reason = await reasonOf(connection, this.signal);
    this.saw('mtu', { mtu: connection.mtu });
    this.saw(procedure, { reason });
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.#saboteur?.stop();
  }
}

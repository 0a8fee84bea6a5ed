/** Our host as central: finds the test peripheral, goes through every procedure and reports what it saw of each. */
import {
  type Adapter,
  type Connection,
  type Device,
  DisconnectedError,
  parseUuid,
  type RemoteCharacteristic,
  type ScanResult,
} from 'jelling';
import { fromHex, toHex } from '../bytes.ts';
import { JellingPlayer, reasonOf } from '../jelling-player.ts';
import type { Part } from '../player.ts';
import { propertyList } from '../properties.ts';
import { type CharacteristicKey, contract } from './contract.ts';

const descriptionType = '2901';

export class JellingCentral extends JellingPlayer {
  constructor(part: Part) {
    super(part);
    this.begin();
  }

  protected override async play(adapter: Adapter): Promise<void> {
    this.take({ event: 'ready', address: adapter.address });
    const device = await this.step('scan', () => this.#find(adapter), 10_000);
    if (device === undefined) return;
    const connection = await this.step('connect', () => this.#connect(adapter, device), 10_000);
    if (connection === undefined) return;
    await this.step('mtu', () => this.#exchangeMtu(connection));
    await this.step('discover by uuid', () => this.#discoverByUuid(connection));
    await this.step('discover', () => this.#discover(connection));
    await this.step('descriptors', () => this.#readDescriptors(connection));
    await this.step('read', () => this.#read(connection));
    await this.step('read long', () => this.#readLong(connection));
    await this.step('write', () => this.#write(connection));
    await this.step('write without response', () => this.#writeCommand(connection));
    await this.step('notify', () => this.#takeNotifications(connection));
    await this.step('indicate', () => this.#takeIndications(connection));
    await this.step('disconnect', () => this.#disconnect(connection), 3_000);
    await this.step('hang up', () => this.#meetAgain(device));
  }

  /** Scans until the peripheral's advertisement, and its scan response if its air has those, are in. */
  async #find(adapter: Adapter): Promise<Device> {
    await using scanner = adapter.scan({ active: true, signal: this.signal });
    for await (const result of scanner) {
      if (!result.services.includes(parseUuid(contract.advertisedService))) continue;
      if (this.part.rows.includes('scan response') && result.scanResponseData.length === 0) continue;
      this.#sawAdvertiser(result);
      return result.device;
    }
    throw new Error('the scan ended before the peripheral was found');
  }

  #sawAdvertiser(result: ScanResult<Device>): void {
    const [manufacturer] = result.manufacturer;
    this.saw('scan', {
      address: result.address,
      name: result.name,
      company: manufacturer?.companyId,
      manufacturerData: manufacturer && toHex(manufacturer.data),
    });
    // The advertising data is full, so its only UUID of 128 bits stands in the scan response.
    if (this.part.rows.includes('scan response')) {
      this.saw('scan response', { service: result.services.find((uuid) => uuid.length > 4) });
    }
  }

  async #connect(adapter: Adapter, device: Device): Promise<Connection> {
    const connection = await device.connect({ signal: this.signal });
    this.saw('connect', { peer: connection.device.address, own: adapter.address });
    return connection;
  }

  async #exchangeMtu(connection: Connection): Promise<void> {
    await connection.exchangeMtu();
    this.saw('mtu', { mtu: connection.mtu });
  }

  async #discoverByUuid(connection: Connection): Promise<void> {
    const service = await connection.service(contract.batteryService);
    const characteristics = await service.characteristics({ uuid: contract.batteryLevel });
    const services = await connection.services();
    this.saw('discover by uuid', {
      services: services.filter(({ uuid }) => uuid === service.uuid).length,
      characteristics: characteristics.map(({ uuid }) => uuid),
    });
  }

  async #discover(connection: Connection): Promise<void> {
    // A list and not a map: two of one UUID are two.
    const tree: [string, [string, string[]][]][] = [];
    for (const service of await connection.services()) {
      const characteristics = await service.characteristics();
      tree.push([service.uuid, characteristics.map((each) => [each.uuid, propertyList(each)])]);
    }
    this.saw('discover', { services: tree });
  }

  async #characteristic(connection: Connection, key: CharacteristicKey): Promise<RemoteCharacteristic> {
    const service = await connection.service(contract.service);
    return service.characteristic(contract.characteristics[key].uuid);
  }

  async #readDescriptors(connection: Connection): Promise<void> {
    const long = await this.#characteristic(connection, 'long');
    const descriptors = await long.descriptors();
    const description = await (await long.descriptor(descriptionType)).read();
    this.saw('descriptors', { description: toHex(description), count: descriptors.length });
  }

  async #read(connection: Connection): Promise<void> {
    const battery = await connection.service(contract.batteryService);
    const level = await battery.characteristic(contract.batteryLevel);
    this.saw('read', { value: toHex(await level.read()) });
  }

  async #readLong(connection: Connection): Promise<void> {
    const long = await this.#characteristic(connection, 'long');
    this.saw('read long', { value: toHex(await long.read()) });
  }

  async #write(connection: Connection): Promise<void> {
    const stored = await this.#characteristic(connection, 'stored');
    await stored.write(fromHex(contract.written), { response: true });
    this.saw('write', { echoed: toHex(await stored.read()) });
  }

  async #writeCommand(connection: Connection): Promise<void> {
    const commanded = await this.#characteristic(connection, 'commanded');
    await commanded.write(fromHex(contract.commandWritten), { response: false });
    this.saw('write without response', { echoed: toHex(await commanded.read()) });
  }

  async #takeNotifications(connection: Connection): Promise<void> {
    const notified = await this.#characteristic(connection, 'notified');
    await notified.subscribe({ notify: true });
    const values: string[] = [];
    for (const _ of contract.notifications) values.push(toHex(await notified.notified({ timeoutMs: 3_000 })));
    await notified.unsubscribe();
    this.saw('notify', { values });
  }

  async #takeIndications(connection: Connection): Promise<void> {
    const indicated = await this.#characteristic(connection, 'indicated');
    await indicated.subscribe({ indicate: true });
    const values: string[] = [];
    for (const _ of contract.indications) values.push(toHex(await indicated.indicated({ timeoutMs: 3_000 })));
    await indicated.unsubscribe();
    this.saw('indicate', { values });
  }

  /** Ends the link ourselves. */
  async #disconnect(connection: Connection): Promise<void> {
    const stored = await this.#characteristic(connection, 'stored');
    await stored.write(fromHex(contract.stay), { response: true });
    await connection.disconnect();
    this.saw('disconnect', { reason: await reasonOf(connection, this.signal) });
  }

  /** Has the peripheral end the link. */
  async #meetAgain(device: Device): Promise<void> {
    const connection = await device.connect({ signal: this.signal });
    const commanded = await this.#characteristic(connection, 'commanded');
    try {
      await commanded.write(fromHex(contract.leave), { response: false });
    } catch (error) {
      if (!(error instanceof DisconnectedError)) throw error;
    }
    this.saw('hang up', { reason: await reasonOf(connection, this.signal) });
  }
}

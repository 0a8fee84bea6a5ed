import { writeU16 } from '../../core/bytes.ts';
import { InvalidArgumentError } from '../../core/errors.ts';
import { GattUuid } from '../gatt-codes.ts';
import { Characteristic } from './characteristic.ts';
import { Service } from './service.ts';

/** The longest device name (Vol 3, Part C, 12.1). */
const LONGEST_NAME = 248;

/** The Generic Access service (Vol 3, Part C, 12). */
export class GenericAccess {
  readonly service = new Service(GattUuid.genericAccess);
  readonly #name: Characteristic;
  readonly #appearance: Characteristic;
  readonly #addressResolution: Characteristic | undefined;

  /** `resolvesAddresses`: see there; undefined for a side that never does. */
  constructor(deviceName: string, appearance: number, resolvesAddresses: boolean | undefined) {
    this.#name = new Characteristic(this.service, GattUuid.deviceName, {
      read: true,
      maxLength: LONGEST_NAME,
      initial: deviceName,
    });
    this.#appearance = new Characteristic(this.service, GattUuid.appearance, { read: true, maxLength: 2 });
    this.appearance = appearance;
    if (resolvesAddresses === undefined) return;
    this.#addressResolution = new Characteristic(this.service, GattUuid.centralAddressResolution, {
      read: true,
      maxLength: 1,
    });
    this.resolvesAddresses = resolvesAddresses;
  }

  /** Whether as central this side knows itself behind private addresses that directed advertising calls it by (12.4). It may change with the controller, the database does not. */
  set resolvesAddresses(resolves: boolean) {
    this.#addressResolution?.write(Uint8Array.of(resolves ? 1 : 0));
  }

  get deviceName(): string {
    return new TextDecoder().decode(this.#name.read());
  }

  /** Throws InvalidArgumentError for a name of more than 248 octets of UTF-8. */
  set deviceName(name: string) {
    this.#name.write(name);
  }

  get appearance(): number {
    const [low = 0, high = 0] = this.#appearance.read();
    return low | (high << 8);
  }

  /** Throws InvalidArgumentError for what is no value of 16 bits. */
  set appearance(value: number) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new InvalidArgumentError(
        `appearance is a value of the Appearance table, 0 to 65535; it is ${value}`,
      );
    }
    const bytes = new Uint8Array(2);
    writeU16(bytes, 0, value);
    this.#appearance.write(bytes);
  }
}

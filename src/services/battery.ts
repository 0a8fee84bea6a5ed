import { writeU16 } from '../core/bytes.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import { Characteristic, Descriptor, Service } from '../gap/local-attributes.ts';

export interface BatteryOptions {
  /** The charge, 0 to 100 percent. */
  readonly level: number;
  /**
   * Which battery it is, where a device has several: a value of the Description table of the Assigned Numbers for Characteristic Presentation Format,
   * such as 0x0001 for the first. Each battery is a service of its own then, and each needs another one (BAS, 3.1.2.1).
   */
  readonly description?: number | undefined;
}

const BATTERY_SERVICE = 0x180f;
const BATTERY_LEVEL = 0x2a19;
const PRESENTATION_FORMAT = 0x2904;
/** Vol 3, Part G, 3.3.3.5. */
const FORMAT_UINT8 = 0x04;
const UNIT_PERCENTAGE = 0x27ad;
const NAMESPACE_SIG = 0x01;

/** The Battery service: register it with an adapter, and set `level` whenever it changes. */
export class BatteryService extends Service {
  readonly #characteristic: Characteristic;

  /** @internal See batteryService(). */
  constructor({ level, description }: BatteryOptions) {
    super(BATTERY_SERVICE);
    this.#characteristic = new Characteristic(this, BATTERY_LEVEL, {
      read: true,
      notify: true,
      maxLength: 1,
      initial: Uint8Array.of(checkLevel(level)),
    });
    if (description === undefined) return;
    new Descriptor(this.#characteristic, PRESENTATION_FORMAT, {
      read: true,
      initial: presentationFormat(description),
    });
  }

  /** The charge in percent. */
  get level(): number {
    return this.#characteristic.read()[0] ?? 0;
  }

  /** Another charge is sent to every client that has subscribed. Throws InvalidArgumentError for what is not 0 to 100 percent. */
  set level(level: number) {
    if (checkLevel(level) === this.level) return;
    this.#characteristic.write(Uint8Array.of(level), { sendUpdate: true });
  }
}

/** A Battery service. Throws InvalidArgumentError for a level that is not a whole number from 0 to 100. */
export const batteryService = (options: BatteryOptions): BatteryService => new BatteryService(options);

const checkLevel = (level: number): number => {
  if (Number.isInteger(level) && level >= 0 && level <= 100) return level;
  throw new InvalidArgumentError(`a battery level is a whole number from 0 to 100 percent; it is ${level}`);
};

const presentationFormat = (description: number): Uint8Array => {
  if (!Number.isInteger(description) || description < 0 || description > 0xffff) {
    throw new InvalidArgumentError(`description is a value of 16 bits, 0 to 65535; it is ${description}`);
  }
  const value = Uint8Array.of(FORMAT_UINT8, 0, 0, 0, NAMESPACE_SIG, 0, 0);
  writeU16(value, 2, UNIT_PERCENTAGE);
  writeU16(value, 5, description);
  return value;
};

import { AttErrorCode } from '../../att/att-codes.ts';
import { equalBytes, readU16, writeU16 } from '../../core/bytes.ts';
import { AttError, InvalidArgumentError } from '../../core/errors.ts';
import type { Uuid } from '../../core/uuid.ts';
import type { Permission } from '../access.ts';
import { GattUuid } from '../gatt-codes.ts';
import { valueBytes } from '../local-value.ts';
import { Characteristic } from './characteristic.ts';
import type { ConnectionRef } from './connection-ref.ts';
import { Service } from './service.ts';

/** The longest device name (Vol 3, Part C, 12.1). */
const LONGEST_NAME = 248;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The one security mode of links that are encrypted or open (Vol 3, Part C, 10.2.1). */
const SECURITY_MODE_1 = 0x01;

/** What a client has written into the Generic Access service: one of them. */
export interface GenericAccessWritten {
  readonly name?: string | undefined;
  readonly appearance?: number | undefined;
}

/** What clients may change of the Generic Access service (Vol 3, Part C, 12.1 and 12.2): nothing unless given. */
export interface GenericAccessWrites<C extends ConnectionRef> {
  /** Over what links they may change the device name. */
  readonly name?: Permission | undefined;
  readonly appearance?: Permission | undefined;
  /** Called with the new value before it holds, to keep it somewhere: nothing outlasts the adapter by itself. Refuses with an AttError. */
  readonly onWrite?: ((written: GenericAccessWritten, connection: C) => void | Promise<void>) | undefined;
}

/** In the units of the air: 1.25 ms, connection events, 10 ms (Vol 3, Part C, 12.3). */
export interface PreferredConnectionParameters {
  readonly intervalMin: number;
  readonly intervalMax: number;
  readonly latency: number;
  readonly timeout: number;
}

export interface GenericAccessOptions {
  readonly deviceName: string;
  readonly appearance: number;
  /** What every link of the database has to offer in the end: a level of security mode 1. */
  readonly securityLevel: () => number;
  /** See there; undefined for a side that does not hide. */
  readonly resolvesAddresses?: boolean | undefined;
  readonly preferredConnectionParameters?: PreferredConnectionParameters | undefined;
  /** Of connections of whatever class. */
  readonly writes?: GenericAccessWrites<never> | undefined;
}

/** The Generic Access service (Vol 3, Part C, 12). What is there for all comes first: its handles do not move when an option is given. */
export class GenericAccess {
  readonly service = new Service(GattUuid.genericAccess);
  readonly #name: Characteristic<never>;
  readonly #appearance: Characteristic<never>;
  readonly #addressResolution: Characteristic | undefined;

  constructor(options: GenericAccessOptions) {
    const { deviceName, appearance, resolvesAddresses, writes = {} } = options;
    const { onWrite: admit = () => undefined } = writes;
    this.#name = new Characteristic<never>(this.service, GattUuid.deviceName, {
      read: true,
      write: writes.name,
      maxLength: LONGEST_NAME,
      initial: deviceName,
      onWrite: (value, connection) => admit({ name: nameOf(value) }, connection),
    });
    this.#appearance = new Characteristic<never>(this.service, GattUuid.appearance, {
      read: true,
      write: writes.appearance,
      maxLength: 2,
      onWrite: (value, connection) => admit({ appearance: appearanceOf(value) }, connection),
    });
    this.appearance = appearance;
    if (resolvesAddresses !== undefined) {
      this.#addressResolution = new Characteristic(this.service, GattUuid.centralAddressResolution, {
        read: true,
        maxLength: 1,
      });
      this.resolvesAddresses = resolvesAddresses;
      // Who hides shows private addresses to everybody, bonded peers included (12.5).
      this.#addConstant(GattUuid.resolvablePrivateAddressOnly, Uint8Array.of(0));
    }
    this.#addSecurityLevels(options.securityLevel);
    const { preferredConnectionParameters: preferred } = options;
    if (preferred !== undefined) {
      const { intervalMin, intervalMax, latency, timeout } = preferred;
      const value = new Uint8Array(8);
      for (const [i, field] of [intervalMin, intervalMax, latency, timeout].entries())
        writeU16(value, 2 * i, field);
      this.#addConstant(GattUuid.peripheralPreferredConnectionParameters, value);
    }
  }

  /** Whether as central this side knows itself behind private addresses that directed advertising calls it by (12.4). It may change with the controller, the database does not. */
  set resolvesAddresses(resolves: boolean) {
    this.#addressResolution?.write(Uint8Array.of(resolves ? 1 : 0));
  }

  get deviceName(): string {
    return utf8.decode(this.#name.read());
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

  #addConstant(type: Uuid, value: Uint8Array): void {
    new Characteristic(this.service, type, { read: true, maxLength: value.length, initial: value });
  }

  /** LE GATT Security Levels (12.7). A client gets one answer for as long as it is connected, whatever is registered meanwhile. */
  #addSecurityLevels(level: () => number): void {
    const told = new WeakMap<ConnectionRef, Uint8Array>();
    new Characteristic(this.service, GattUuid.leGattSecurityLevels, {
      read: true,
      maxLength: 2,
      onRead: (connection) => {
        const value = told.get(connection) ?? Uint8Array.of(SECURITY_MODE_1, level());
        told.set(connection, value);
        return value;
      },
    });
  }
}

/** Refuses what is no UTF-8, which would come back as something else. */
const nameOf = (value: Uint8Array): string => {
  const name = utf8.decode(value);
  if (equalBytes(valueBytes(name), value)) return name;
  throw new AttError('a device name is UTF-8', AttErrorCode.valueNotAllowed);
};

const appearanceOf = (value: Uint8Array): number => {
  if (value.length === 2) return readU16(value, 0);
  throw new AttError(
    `an appearance has 2 octets, not ${value.length}`,
    AttErrorCode.invalidAttributeValueLength,
  );
};

import type { Address, AddressType } from '../../core/address.ts';
import { type Bytes, copyBytes, toHex } from '../../core/bytes.ts';
import { NO_ADVERTISING_SID, NOT_AVAILABLE_DBM, ReportBit } from '../../hci/codec/advertising-report.ts';
import {
  advertisingIntervalMsIn,
  appearanceIn,
  flagsIn,
  leSupportedFeaturesIn,
  type ManufacturerData,
  manufacturerDataIn,
  nameIn,
  peripheralConnectionIntervalRangeIn,
  publicTargetAddressesIn,
  randomTargetAddressesIn,
  type ServiceData,
  serviceDataIn,
  servicesIn,
  solicitedServicesIn,
  txPowerIn,
  uriIn,
} from '../codec/advertising-data.ts';
import type { ConnectionIntervalRange } from '../codec/advertising-data-builder.ts';

/** What was last heard of an advertiser. Payloads are replaced, never written to, so that snapshots can share them. */
export interface Heard {
  readonly address: Address;
  readonly addressType: AddressType;
  readonly sid: number;
  rssi: number;
  properties: number;
  advertisingData: Uint8Array;
  scanResponseData: Uint8Array;
}

/** Makes the Device that a result stands for. */
export type DeviceFor<Device> = (address: Address, addressType: AddressType) => Device;

const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * What was known of an advertiser at one moment; it does not change afterwards. Fields are read from the payloads when they are asked for, in
 * the advertising data first and then in the scan response; a malformed payload gives what stands before the damage.
 */
export class ScanResult<Device> {
  readonly #deviceFor: DeviceFor<Device>;
  readonly #heard: Heard;
  #device: Device | undefined;
  #advertisingData: Bytes | undefined;
  #scanResponseData: Bytes | undefined;

  constructor(heard: Heard, deviceFor: DeviceFor<Device>) {
    this.#heard = { ...heard };
    this.#deviceFor = deviceFor;
    Object.freeze(this);
  }

  /** The peer, to connect to. */
  get device(): Device {
    this.#device ??= this.#deviceFor(this.address, this.addressType);
    return this.#device;
  }

  get address(): Address {
    return this.#heard.address;
  }

  get addressType(): AddressType {
    return this.#heard.addressType;
  }

  /** Received signal strength in dBm; undefined where the controller does not know it. */
  get rssi(): number | undefined {
    return this.#heard.rssi === NOT_AVAILABLE_DBM ? undefined : this.#heard.rssi;
  }

  /** Whether it accepts connections. */
  get connectable(): boolean {
    return (this.#heard.properties & ReportBit.connectable) !== 0;
  }

  /** Whether it answers scan requests. */
  get scannable(): boolean {
    return (this.#heard.properties & ReportBit.scannable) !== 0;
  }

  /** Whether it advertises with the PDUs of Bluetooth 4. */
  get legacy(): boolean {
    return (this.#heard.properties & ReportBit.legacy) !== 0;
  }

  /** Which of its advertising sets this is, where extended advertising says so. */
  get advertisingSid(): number | undefined {
    return this.#heard.sid === NO_ADVERTISING_SID ? undefined : this.#heard.sid;
  }

  /** A copy of the advertising data. */
  get advertisingData(): Bytes {
    this.#advertisingData ??= copyBytes(this.#heard.advertisingData);
    return this.#advertisingData;
  }

  /** A copy of the scan response; empty while none was heard. */
  get scanResponseData(): Bytes {
    this.#scanResponseData ??= copyBytes(this.#heard.scanResponseData);
    return this.#scanResponseData;
  }

  /** The complete name, else the shortened one; what is no UTF-8 is replaced by U+FFFD. */
  get name(): string | undefined {
    return nameIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** UUIDs of its services, complete or not, each once. */
  get services(): readonly string[] {
    return servicesIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** UUIDs of services that it looks for in a central. */
  get solicitedServices(): readonly string[] {
    return solicitedServicesIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  get manufacturer(): readonly ManufacturerData[] {
    return manufacturerDataIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  get serviceData(): readonly ServiceData[] {
    return serviceDataIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** The first octet of its Flags (Supplement to the Core Specification, Part A, 1.3). */
  get flags(): number | undefined {
    return flagsIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** Its category (Assigned Numbers, 2.6). */
  get appearance(): number | undefined {
    return appearanceIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** The power it says that it sends with, in dBm. */
  get txPower(): number | undefined {
    return txPowerIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  get uri(): string | undefined {
    return uriIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** Connection intervals that it prefers as peripheral; an end that is undefined is open. */
  get peripheralConnectionIntervalRange(): ConnectionIntervalRange | undefined {
    return peripheralConnectionIntervalRangeIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** Public addresses of those that it means, each once; none where it says nothing of that. */
  get publicTargetAddresses(): readonly Address[] {
    return publicTargetAddressesIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** As `publicTargetAddresses`, random ones. */
  get randomTargetAddresses(): readonly Address[] {
    return randomTargetAddressesIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** How often it says that it advertises. */
  get advertisingIntervalMs(): number | undefined {
    return advertisingIntervalMsIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** LE features of its controller, bit by bit (Vol 6, Part B, 4.6); what is behind the last octet is zero. A copy. */
  get leSupportedFeatures(): Bytes | undefined {
    return leSupportedFeaturesIn(this.#heard.advertisingData, this.#heard.scanResponseData);
  }

  /** What console.log and JSON.stringify show; payloads as hexadecimal. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { address, addressType, rssi, name, services, connectable } = this;
    return {
      address,
      addressType,
      rssi,
      name,
      services,
      connectable,
      advertisingData: toHex(this.#heard.advertisingData),
      scanResponseData: toHex(this.#heard.scanResponseData),
    };
  }

  [inspect](): Readonly<Record<string, unknown>> {
    return this.toJSON();
  }
}

/** The part of ble-host that its peers use. It has no types of its own; its values of most calls come by callbacks, which are never called once the link is lost. */
import type { EventEmitter } from 'node:events';

export type Done<T = void> = (error: number, value: T) => void;

export interface ClientAttribute {
  readonly uuid: string;
  read(done: Done<Buffer>): void;
  write(value: Buffer, done: Done): void;
}

export interface ClientDescriptor extends ClientAttribute {
  readonly handle: number;
}

export interface ClientCharacteristic extends ClientAttribute, EventEmitter {
  readonly valueHandle: number;
  readonly properties: Readonly<Record<string, boolean>>;
  discoverDescriptors(done: (descriptors: ClientDescriptor[]) => void): void;
  writeWithoutResponse(value: Buffer, sent: () => void): void;
  writeCCCD(notify: boolean, indicate: boolean, done: Done): void;
}

export interface ClientService {
  readonly uuid: string;
  readonly startHandle: number;
  readonly endHandle: number;
  discoverCharacteristics(done: (characteristics: ClientCharacteristic[]) => void): void;
}

export interface Gatt {
  readonly currentMtu: number;
  exchangeMtu(done: Done): void;
  discoverAllPrimaryServices(done: (services: ClientService[]) => void): void;
  discoverServicesByUuid(
    uuid: string,
    limit: number | undefined,
    done: (services: ClientService[]) => void,
  ): void;
  beginReliableWrite(): void;
  commitReliableWrite(done: Done): void;
}

export interface Channel extends EventEmitter {
  readonly txMtu: number;
  readonly txCredits: number;
  send(sdu: Buffer, sent?: () => void): void;
  disconnect(): void;
  pause(): void;
  resume(): void;
}

export interface Channels {
  connect(psm: number, paused: boolean, mtu: number, done: (result: number, channel?: Channel) => void): void;
  registerLePsm(
    psm: number,
    onRequest: (
      peerMtu: number,
      answer: (result: number, paused: boolean, mtu: number) => Channel | undefined,
    ) => void,
  ): void;
}

export interface Connection extends EventEmitter {
  readonly gatt: Gatt;
  readonly l2capCoCManager: Channels;
  readonly disconnected: boolean;
  disconnect(): void;
}

type Answer<T extends unknown[]> = (...args: T) => void;

export interface ServerAttribute {
  uuid: string | number;
  value?: Buffer;
  maxLength?: number;
  readPerm?: string;
  writePerm?: string;
  onAuthorizeRead?: (connection: Connection, answer: Answer<[error: number]>) => void;
  onAuthorizeWrite?: (connection: Connection, answer: Answer<[error: number]>) => void;
  onRead?: (connection: Connection, answer: Answer<[error: number, value?: Buffer]>) => void;
  onPartialRead?: (
    connection: Connection,
    offset: number,
    answer: Answer<[error: number, value?: Buffer]>,
  ) => void;
  onWrite?: (
    connection: Connection,
    needsResponse: boolean,
    value: Buffer,
    answer: Answer<[error: number]>,
  ) => void;
}

export interface ServerCharacteristic extends ServerAttribute {
  properties: string[];
  descriptors?: ServerAttribute[];
  onSubscriptionChange?: (connection: Connection, notify: boolean, indicate: boolean) => void;
  /** These are there once the service is added. */
  notify?: (connection: Connection, value: Buffer, sent: () => void) => boolean;
  indicate?: (connection: Connection, value: Buffer, confirmed: () => void) => boolean;
}

export interface ServerService {
  uuid: string | number;
  isSecondaryService?: boolean;
  characteristics?: ServerCharacteristic[];
  /** The stack sets these when the service is added. */
  startHandle?: number;
  endHandle?: number;
}

export interface Scanner extends EventEmitter {
  stopScan(): void;
}

export interface Manager extends EventEmitter {
  readonly gattDb: { addServices(services: ServerService[]): void };
  startScan(parameters: { scanFilters: unknown[] }): Scanner;
  connect(type: string, address: string, parameters: object, done: (connection: Connection) => void): void;
  setAdvertisingData(data: Buffer, done: (status: number) => void): void;
  startAdvertising(parameters: object, done: (status: number, connection: Connection) => void): void;
}

export interface BleHost {
  BleManager: {
    create(
      transport: EventEmitter,
      options: { staticRandomAddress: string },
      done: (error: Error | null, manager: Manager) => void,
    ): void;
    ServiceUUIDScanFilter: new (uuid: string) => unknown;
  };
}

/// <reference lib="esnext.disposable" preserve="true" />

declare global {
  // Node.js and browsers have it; a program that is compiled without either's types must be able to name it.
  interface AbortSignal {}
}

export { AttErrorCode } from './att/att-codes.ts';
export type { Address, AddressKind, AddressType } from './core/address.ts';
export type { Bytes } from './core/bytes.ts';
export type { Clock, Timer } from './core/clock.ts';
export {
  AttError,
  BleError,
  DisconnectedError,
  ErrorCode,
  HciError,
  InvalidArgumentError,
  InvalidStateError,
  L2capError,
  MalformedPduError,
  NotFoundError,
  SmpError,
  TimeoutError,
  TransportError,
} from './core/errors.ts';
export type { Json, JsonObject } from './core/json-reader.ts';
export type { LogLevel, LogListener, LogRecord } from './core/log.ts';
export { ManualClock } from './core/manual-clock.ts';
export type { WaitOptions } from './core/procedure.ts';
export { systemClock } from './core/system-clock.ts';
export { HciPacketType, type HciTransport, type HciTransportSink } from './core/transport.ts';
export { parseUuid, type Uuid, type UuidLike } from './core/uuid.ts';
export type { Adapter } from './gap/adapter.ts';
export type { AdapterInfo } from './gap/adapter-info.ts';
export type { AdapterState, StateListener } from './gap/adapter-life.ts';
export type { Advertising } from './gap/advertising/advertising.ts';
export type { BroadcastCallOptions } from './gap/advertising/advertising-manager.ts';
export type {
  AdvertiseOptions,
  AdvertisingOptions,
  DirectedOptions,
} from './gap/advertising/advertising-options.ts';
export type {
  BondFormat,
  ExchangedBonds,
  ImportedBonds,
  ImportOptions,
} from './gap/bonds/bond-exchange-file.ts';
export type { FileBondStore } from './gap/bonds/bond-file.ts';
export type { BondInfo } from './gap/bonds/bond-info.ts';
export type { ManufacturerData, ServiceData } from './gap/codec/advertising-data.ts';
export type {
  ConnectionIntervalRange,
  ManufacturerField,
  ServiceDataField,
} from './gap/codec/advertising-data-builder.ts';
export type { ConnectParameters } from './gap/connecting/connect-parameters.ts';
export type { KeepConnectedOptions, KeptConnection } from './gap/connecting/kept-connection.ts';
export type { ConnectOptions, Device } from './gap/device.ts';
export type { GuardedWork } from './gap/guard.ts';
export type { Connection } from './gap/link/connection.ts';
export type { ConnectionParameterRequest } from './gap/link/connection-parameter-request.ts';
export type { EnhancedBearerOptions, PairOptions } from './gap/link/connection-parts.ts';
export type { L2capChannel, L2capReconfigureOptions } from './gap/link/l2cap-channel.ts';
export type {
  L2capAcceptOptions,
  L2capConnectEnhancedOptions,
  L2capConnectOptions,
} from './gap/link/l2cap-connection-channels.ts';
export type { L2capListener, L2capListenOptions } from './gap/link/l2cap-listener.ts';
export type { DataLength, DataLengthRequest } from './gap/link/link-data-length.ts';
export type { LinkPhys, Phy, PhyPreference } from './gap/link/phy.ts';
export {
  type AuthorizeHandler,
  Characteristic,
  type CharacteristicOptions,
  Descriptor,
  type DescriptorOptions,
  type GenericAccessWrites,
  type GenericAccessWritten,
  type ReadHandler,
  Service,
  type ServiceWritten,
  type WriteHandler,
  type Written,
  type WrittenOptions,
} from './gap/local-attributes.ts';
export { type Identity, type IdentityStore, MemoryIdentityStore } from './gap/privacy/identity.ts';
export type { PrivacyOptions } from './gap/privacy/privacy.ts';
export type { LinkParameters } from './gap/radio/radio-controller.ts';
export type { ScanResult } from './gap/scanning/scan-result.ts';
export type { Scanner, ScanOptions } from './gap/scanning/scanner.ts';
export type { ConnectionSecurity, SecurityChange } from './gap/security.ts';
export type { TransportMaker } from './gap/transport-maker.ts';
export type { AccessRule, Permission } from './gatt/access.ts';
export type { AccessOptions } from './gatt/client/access-options.ts';
export type {
  CharacteristicRecord,
  DescriptorRecord,
  ServiceRecord,
} from './gatt/client/attribute-records.ts';
export type { FormattedValue } from './gatt/client/formatted-value.ts';
export { type CachedAttributes, type GattCache, MemoryGattCache } from './gatt/client/gatt-cache.ts';
export type { ReadMultipleOptions } from './gatt/client/multiple-reads.ts';
export type { AttributeValue } from './gatt/client/read-by-uuid.ts';
export type {
  ExtendedProperties,
  RemoteCharacteristic,
  SubscribeOptions,
  WriteOptions,
} from './gatt/client/remote-characteristic.ts';
export type { RemoteDescriptor } from './gatt/client/remote-descriptor.ts';
export type { RemoteService } from './gatt/client/remote-service.ts';
export type { ValueStream, ValueStreamOptions } from './gatt/client/value-stream.ts';
export type { ValueLike } from './gatt/local-value.ts';
export { characteristicName, descriptorName, serviceName } from './gatt/names.ts';
export {
  decodePresentationFormat,
  encodePresentationFormat,
  FormatType,
  type FormatTypeName,
  type PresentationFormat,
  type PresentationFormatOptions,
} from './gatt/presentation-format.ts';
export type { CharacteristicProperties } from './gatt/properties.ts';
export type { Subscription } from './gatt/server/characteristic.ts';
export type { AuthorizedOperation } from './gatt/server/local-attribute.ts';
export type { MultipleValues, NotifyMultipleOptions } from './gatt/server/notify-multiple.ts';
export type { SendOptions } from './gatt/server/send.ts';
export type { ServiceOptions } from './gatt/server/service.ts';
export {
  bondFile,
  diagnoseAdapters,
  exportBonds,
  importBonds,
  listAdapters,
  type OpenOptions,
  open,
} from './open.ts';
export type { Bond, IdentityAddress, LongTermKey, SigningKey } from './smp/bond.ts';
export { type BondChange, type BondStore, MemoryBondStore } from './smp/bond-store.ts';
export type { OobData, OobOptions, PeerOobData } from './smp/oob-data.ts';
export type { KeyName, PairingOptions, SecurityPolicy } from './smp/pairing-options.ts';
export type { AssociationModel, Keypress, PairingPrompt, PairingUi } from './smp/pairing-ui.ts';
export { PairingFailedReason } from './smp/smp-codes.ts';
export type { DiagnosedDevice, Diagnosis, Finding } from './transport/doctor/finding.ts';
export type { AdapterListing, AdapterProblem, FoundAdapter } from './transport/found-adapter.ts';

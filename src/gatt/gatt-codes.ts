import { parseUuid } from '../core/uuid.ts';

/** Attribute types that GATT itself is made of (Vol 3, Part G, 3). */
export const GattUuid = {
  primaryService: parseUuid(0x2800),
  secondaryService: parseUuid(0x2801),
  include: parseUuid(0x2802),
  characteristic: parseUuid(0x2803),
  characteristicExtendedProperties: parseUuid(0x2900),
  characteristicUserDescription: parseUuid(0x2901),
  clientCharacteristicConfiguration: parseUuid(0x2902),
  serverCharacteristicConfiguration: parseUuid(0x2903),
  characteristicPresentationFormat: parseUuid(0x2904),
  characteristicAggregateFormat: parseUuid(0x2905),
  genericAccess: parseUuid(0x1800),
  genericAttribute: parseUuid(0x1801),
  deviceName: parseUuid(0x2a00),
  appearance: parseUuid(0x2a01),
  peripheralPreferredConnectionParameters: parseUuid(0x2a04),
  serviceChanged: parseUuid(0x2a05),
  centralAddressResolution: parseUuid(0x2aa6),
  resolvablePrivateAddressOnly: parseUuid(0x2ac9),
  clientSupportedFeatures: parseUuid(0x2b29),
  databaseHash: parseUuid(0x2b2a),
  serverSupportedFeatures: parseUuid(0x2b3a),
  leGattSecurityLevels: parseUuid(0x2bf5),
} as const;

/** Bits of the Client Characteristic Configuration descriptor (Vol 3, Part G, 3.3.3.3). */
export const ClientConfiguration = { notify: 0x0001, indicate: 0x0002 } as const;

/** All of them that are defined. */
export const CLIENT_CONFIGURATION_BITS = ClientConfiguration.notify | ClientConfiguration.indicate;

/** Bits of the first octet of the Client Supported Features (Vol 3, Part G, 7.2). */
export const ClientFeature = {
  robustCaching: 0x01,
  enhancedAttBearer: 0x02,
  multipleHandleValueNotifications: 0x04,
} as const;

/** All of them that are defined. */
export const CLIENT_FEATURE_BITS =
  ClientFeature.robustCaching |
  ClientFeature.enhancedAttBearer |
  ClientFeature.multipleHandleValueNotifications;

/** Bits of the first octet of the Server Supported Features (Vol 3, Part G, 7.4). */
export const ServerFeature = { enhancedAttBearer: 0x01 } as const;

/** Bits of the Characteristic Extended Properties descriptor (Vol 3, Part G, 3.3.3.1). */
export const ExtendedProperty = { reliableWrite: 0x0001, writableAuxiliaries: 0x0002 } as const;

export const FIRST_HANDLE = 0x0001;
export const LAST_HANDLE = 0xffff;

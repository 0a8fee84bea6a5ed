/** AD types: Assigned Numbers, 2.3; their formats: Supplement to the Core Specification, Part A, 1. */
export const AdType = {
  flags: 0x01,
  incompleteServiceUuids16: 0x02,
  completeServiceUuids16: 0x03,
  incompleteServiceUuids32: 0x04,
  completeServiceUuids32: 0x05,
  incompleteServiceUuids128: 0x06,
  completeServiceUuids128: 0x07,
  shortenedLocalName: 0x08,
  completeLocalName: 0x09,
  txPowerLevel: 0x0a,
  peripheralConnectionIntervalRange: 0x12,
  serviceSolicitationUuids16: 0x14,
  serviceSolicitationUuids128: 0x15,
  serviceData16: 0x16,
  publicTargetAddress: 0x17,
  randomTargetAddress: 0x18,
  appearance: 0x19,
  advertisingInterval: 0x1a,
  leRole: 0x1c,
  serviceSolicitationUuids32: 0x1f,
  serviceData32: 0x20,
  serviceData128: 0x21,
  uri: 0x24,
  leSupportedFeatures: 0x27,
  advertisingIntervalLong: 0x2f,
  manufacturerSpecificData: 0xff,
} as const;

/** The bits of the Flags AD type (Supplement, Part A, 1.3.2). */
export const AdFlag = {
  leLimitedDiscoverable: 0x01,
  leGeneralDiscoverable: 0x02,
  brEdrNotSupported: 0x04,
} as const;

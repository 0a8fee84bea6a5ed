/** Bits of the LE feature set (Vol 6, Part B, 4.6). */
export const LeFeature = {
  encryption: 0,
  connectionParametersRequest: 1,
  extendedRejectIndication: 2,
  peripheralInitiatedFeaturesExchange: 3,
  ping: 4,
  dataPacketLengthExtension: 5,
  llPrivacy: 6,
  extendedScannerFilterPolicies: 7,
  phy2M: 8,
  stableModulationIndexTransmitter: 9,
  stableModulationIndexReceiver: 10,
  phyCoded: 11,
  extendedAdvertising: 12,
  periodicAdvertising: 13,
  channelSelectionAlgorithm2: 14,
  powerClass1: 15,
  minimumNumberOfUsedChannels: 16,
  connectionCteRequest: 17,
  connectionCteResponse: 18,
  connectionlessCteTransmitter: 19,
  connectionlessCteReceiver: 20,
  antennaSwitchingDuringCteTransmission: 21,
  antennaSwitchingDuringCteReception: 22,
  receivingConstantToneExtensions: 23,
  periodicAdvertisingSyncTransferSender: 24,
  periodicAdvertisingSyncTransferRecipient: 25,
  sleepClockAccuracyUpdates: 26,
  remotePublicKeyValidation: 27,
  connectedIsochronousStreamCentral: 28,
  connectedIsochronousStreamPeripheral: 29,
  isochronousBroadcaster: 30,
  synchronizedReceiver: 31,
  connectedIsochronousStreamHostSupport: 32,
  powerControlRequest: 33,
  powerChangeIndication: 34,
  pathLossMonitoring: 35,
  periodicAdvertisingAdiSupport: 36,
  connectionSubrating: 37,
  connectionSubratingHostSupport: 38,
  channelClassification: 39,
  advertisingCodingSelection: 40,
  advertisingCodingSelectionHostSupport: 41,
  decisionBasedAdvertisingFiltering: 42,
  periodicAdvertisingWithResponsesAdvertiser: 43,
  periodicAdvertisingWithResponsesScanner: 44,
  unsegmentedFramedMode: 45,
  channelSounding: 46,
  channelSoundingHostSupport: 47,
} as const;
export type LeFeature = (typeof LeFeature)[keyof typeof LeFeature];

/** Bits of the LMP features that matter to an LE host (Vol 2, Part C, 3.3), page 0. */
export const LmpFeature = { bredrNotSupported: 37, leSupportedController: 38 } as const;

/** One bit of a bit field that travels least significant octet first. Past its end every bit is clear. */
export const bitOf = (bits: Uint8Array, bit: number): boolean =>
  (((bits[bit >>> 3] ?? 0) >>> (bit & 7)) & 1) === 1;

/** A bit field of `length` octets with these bits set. */
export const bitsToBytes = (bits: Iterable<number>, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  for (const bit of bits) bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) | (1 << (bit & 7));
  return bytes;
};

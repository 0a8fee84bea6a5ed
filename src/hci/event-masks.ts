import type { HciEventType } from './codec/event.ts';
import { HciEvent } from './codec/events.ts';
import { LeFeature } from './codec/features.ts';
import type { ControllerInfo } from './controller-info.ts';

/** The bit of an event of page 1 is its code less one; of an LE subevent likewise (Vol 4, Part E, 7.3.1, 7.8.1). */
const bit = (type: HciEventType): bigint => 1n << BigInt((type.subevent ?? type.code) - 1);

const maskOf = (types: readonly HciEventType[]): bigint => types.reduce((mask, type) => mask | bit(type), 0n);

/** LE Meta as a whole. */
const LE_META = 1n << 61n;

/** HCI_Set_Event_Mask: what is understood here, of all controllers alike. Command answers and flow control cannot be masked. */
export const eventMask = (): bigint =>
  LE_META |
  maskOf([
    HciEvent.disconnectionComplete,
    HciEvent.encryptionChange,
    HciEvent.readRemoteVersionInformationComplete,
    HciEvent.hardwareError,
    HciEvent.dataBufferOverflow,
    HciEvent.encryptionKeyRefreshComplete,
  ]);

/** HCI_Set_Event_Mask_Page_2: Authenticated Payload Timeout Expired. Encryption Change stays in its first form, so that there is one. */
export const eventMaskPage2 = (): bigint => 1n << 23n;

/** The LE events of version 4.0. */
export const leEventMask40 = (): bigint =>
  maskOf([
    HciEvent.leConnectionComplete,
    HciEvent.leAdvertisingReport,
    HciEvent.leConnectionUpdateComplete,
    HciEvent.leReadRemoteFeaturesComplete,
    HciEvent.leLongTermKeyRequest,
  ]);

/** LE events that come with a feature. */
const byFeature: readonly (readonly [feature: LeFeature, events: readonly HciEventType[]])[] = [
  [LeFeature.connectionParametersRequest, [HciEvent.leRemoteConnectionParameterRequest]],
  [LeFeature.dataPacketLengthExtension, [HciEvent.leDataLengthChange]],
  [LeFeature.llPrivacy, [HciEvent.leEnhancedConnectionComplete]],
  [LeFeature.extendedScannerFilterPolicies, [HciEvent.leDirectedAdvertisingReport]],
  [LeFeature.phy2M, [HciEvent.lePhyUpdateComplete]],
  [LeFeature.phyCoded, [HciEvent.lePhyUpdateComplete]],
  [
    LeFeature.extendedAdvertising,
    [
      HciEvent.leExtendedAdvertisingReport,
      HciEvent.leScanTimeout,
      HciEvent.leAdvertisingSetTerminated,
      HciEvent.leScanRequestReceived,
    ],
  ],
  [
    LeFeature.periodicAdvertising,
    [
      HciEvent.lePeriodicAdvertisingSyncEstablished,
      HciEvent.lePeriodicAdvertisingReport,
      HciEvent.lePeriodicAdvertisingSyncLost,
    ],
  ],
  [LeFeature.periodicAdvertisingSyncTransferRecipient, [HciEvent.lePeriodicAdvertisingSyncTransferReceived]],
  [LeFeature.sleepClockAccuracyUpdates, [HciEvent.leRequestPeerScaComplete]],
  [LeFeature.powerControlRequest, [HciEvent.leTransmitPowerReporting]],
  [LeFeature.pathLossMonitoring, [HciEvent.lePathLossThreshold]],
  [LeFeature.connectionSubrating, [HciEvent.leSubrateChange]],
];

/** HCI_LE_Set_Event_Mask: what is understood here of what the controller can have to tell. */
export const leEventMask = (info: Pick<ControllerInfo, 'hasFeature'>): bigint =>
  byFeature.reduce(
    (mask, [feature, events]) => (info.hasFeature(feature) ? mask | maskOf(events) : mask),
    leEventMask40(),
  );

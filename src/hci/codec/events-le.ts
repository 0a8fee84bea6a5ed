import { address, countedBytes, countedList, i8, octets, u8, u16 } from '../../core/pdu.ts';
import { leEvent } from './event.ts';
import { connectionHandle } from './fields.ts';

const connection = {
  connectionInterval: u16,
  peripheralLatency: u16,
  supervisionTimeout: u16,
  centralClockAccuracy: u8,
} as const;

const enhancedConnection = {
  status: u8,
  connectionHandle,
  role: u8,
  peerAddressType: u8,
  peerAddress: address,
  localResolvablePrivateAddress: address,
  peerResolvablePrivateAddress: address,
  ...connection,
} as const;

const periodicSync = {
  advertisingSid: u8,
  advertiserAddressType: u8,
  advertiserAddress: address,
  advertiserPhy: u8,
  periodicAdvertisingInterval: u16,
  advertiserClockAccuracy: u8,
} as const;

/** Subevents of LE Meta. Sections are of Vol 4, Part E, 7.7.65. */
export const leEvents = {
  // 7.7.65.1
  leConnectionComplete: leEvent('HCI_LE_Connection_Complete', 0x01, {
    status: u8,
    connectionHandle,
    role: u8,
    peerAddressType: u8,
    peerAddress: address,
    ...connection,
  }),
  // 7.7.65.2
  leAdvertisingReport: leEvent('HCI_LE_Advertising_Report', 0x02, {
    reports: countedList({ eventType: u8, addressType: u8, address, data: countedBytes, rssi: i8 }),
  }),
  // 7.7.65.3
  leConnectionUpdateComplete: leEvent('HCI_LE_Connection_Update_Complete', 0x03, {
    status: u8,
    connectionHandle,
    connectionInterval: u16,
    peripheralLatency: u16,
    supervisionTimeout: u16,
  }),
  // 7.7.65.4
  leReadRemoteFeaturesComplete: leEvent('HCI_LE_Read_Remote_Features_Complete', 0x04, {
    status: u8,
    connectionHandle,
    leFeatures: octets(8),
  }),
  // 7.7.65.5
  leLongTermKeyRequest: leEvent('HCI_LE_Long_Term_Key_Request', 0x05, {
    connectionHandle,
    randomNumber: octets(8),
    encryptedDiversifier: u16,
  }),
  // 7.7.65.6
  leRemoteConnectionParameterRequest: leEvent('HCI_LE_Remote_Connection_Parameter_Request', 0x06, {
    connectionHandle,
    intervalMin: u16,
    intervalMax: u16,
    maxLatency: u16,
    timeout: u16,
  }),
  // 7.7.65.7
  leDataLengthChange: leEvent('HCI_LE_Data_Length_Change', 0x07, {
    connectionHandle,
    maxTxOctets: u16,
    maxTxTime: u16,
    maxRxOctets: u16,
    maxRxTime: u16,
  }),
  // 7.7.65.8
  leReadLocalP256PublicKeyComplete: leEvent('HCI_LE_Read_Local_P-256_Public_Key_Complete', 0x08, {
    status: u8,
    localPublicKey: octets(64),
  }),
  // 7.7.65.9
  leGenerateDhKeyComplete: leEvent('HCI_LE_Generate_DHKey_Complete', 0x09, { status: u8, dhKey: octets(32) }),
  // 7.7.65.10
  leEnhancedConnectionComplete: leEvent('HCI_LE_Enhanced_Connection_Complete', 0x0a, enhancedConnection),
  leEnhancedConnectionCompleteV2: leEvent('HCI_LE_Enhanced_Connection_Complete [v2]', 0x29, {
    ...enhancedConnection,
    advertisingHandle: u8,
    syncHandle: u16,
  }),
  // 7.7.65.11
  leDirectedAdvertisingReport: leEvent('HCI_LE_Directed_Advertising_Report', 0x0b, {
    reports: countedList({
      eventType: u8,
      addressType: u8,
      address,
      directAddressType: u8,
      directAddress: address,
      rssi: i8,
    }),
  }),
  // 7.7.65.12
  lePhyUpdateComplete: leEvent('HCI_LE_PHY_Update_Complete', 0x0c, {
    status: u8,
    connectionHandle,
    txPhy: u8,
    rxPhy: u8,
  }),
  // 7.7.65.13
  leExtendedAdvertisingReport: leEvent('HCI_LE_Extended_Advertising_Report', 0x0d, {
    reports: countedList({
      eventType: u16,
      addressType: u8,
      address,
      primaryPhy: u8,
      secondaryPhy: u8,
      advertisingSid: u8,
      txPower: i8,
      rssi: i8,
      periodicAdvertisingInterval: u16,
      directAddressType: u8,
      directAddress: address,
      data: countedBytes,
    }),
  }),
  // 7.7.65.14
  lePeriodicAdvertisingSyncEstablished: leEvent('HCI_LE_Periodic_Advertising_Sync_Established', 0x0e, {
    status: u8,
    syncHandle: u16,
    ...periodicSync,
  }),
  // 7.7.65.15
  lePeriodicAdvertisingReport: leEvent('HCI_LE_Periodic_Advertising_Report', 0x0f, {
    syncHandle: u16,
    txPower: i8,
    rssi: i8,
    cteType: u8,
    dataStatus: u8,
    data: countedBytes,
  }),
  // 7.7.65.16
  lePeriodicAdvertisingSyncLost: leEvent('HCI_LE_Periodic_Advertising_Sync_Lost', 0x10, { syncHandle: u16 }),
  // 7.7.65.17
  leScanTimeout: leEvent('HCI_LE_Scan_Timeout', 0x11, {}),
  // 7.7.65.18
  leAdvertisingSetTerminated: leEvent('HCI_LE_Advertising_Set_Terminated', 0x12, {
    status: u8,
    advertisingHandle: u8,
    connectionHandle,
    numCompletedExtendedAdvertisingEvents: u8,
  }),
  // 7.7.65.19
  leScanRequestReceived: leEvent('HCI_LE_Scan_Request_Received', 0x13, {
    advertisingHandle: u8,
    scannerAddressType: u8,
    scannerAddress: address,
  }),
  // 7.7.65.20
  leChannelSelectionAlgorithm: leEvent('HCI_LE_Channel_Selection_Algorithm', 0x14, {
    connectionHandle,
    channelSelectionAlgorithm: u8,
  }),
  // 7.7.65.24
  lePeriodicAdvertisingSyncTransferReceived: leEvent(
    'HCI_LE_Periodic_Advertising_Sync_Transfer_Received',
    0x18,
    { status: u8, connectionHandle, serviceData: u16, syncHandle: u16, ...periodicSync },
  ),
  // 7.7.65.31
  leRequestPeerScaComplete: leEvent('HCI_LE_Request_Peer_SCA_Complete', 0x1f, {
    status: u8,
    connectionHandle,
    peerClockAccuracy: u8,
  }),
  // 7.7.65.32
  lePathLossThreshold: leEvent('HCI_LE_Path_Loss_Threshold', 0x20, {
    connectionHandle,
    currentPathLoss: u8,
    zoneEntered: u8,
  }),
  // 7.7.65.33
  leTransmitPowerReporting: leEvent('HCI_LE_Transmit_Power_Reporting', 0x21, {
    status: u8,
    connectionHandle,
    reason: u8,
    phy: u8,
    txPowerLevel: i8,
    txPowerLevelFlag: u8,
    delta: i8,
  }),
  // 7.7.65.35
  leSubrateChange: leEvent('HCI_LE_Subrate_Change', 0x23, {
    status: u8,
    connectionHandle,
    subrateFactor: u16,
    peripheralLatency: u16,
    continuationNumber: u16,
    supervisionTimeout: u16,
  }),
  // 7.7.65.38
  leReadAllRemoteFeaturesComplete: leEvent('HCI_LE_Read_All_Remote_Features_Complete', 0x2b, {
    status: u8,
    connectionHandle,
    maxRemotePage: u8,
    maxValidPage: u8,
    leFeatures: octets(248),
  }),
} as const;

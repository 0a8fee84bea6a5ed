import { address, countedBytes, countedList, i8, list, u8, u16, u24 } from '../../core/pdu.ts';
import { command, statusCommand } from './command.ts';
import { connectionHandle } from './fields.ts';

/** Extended and periodic advertising, scanning and initiating (5.0). Sections are of Vol 4, Part E. */
export const leExtendedCommands = {
  // 7.8.52
  leSetAdvertisingSetRandomAddress: command('HCI_LE_Set_Advertising_Set_Random_Address', 0x2035, {
    advertisingHandle: u8,
    randomAddress: address,
  }),
  // 7.8.53
  leSetExtendedAdvertisingParameters: command(
    'HCI_LE_Set_Extended_Advertising_Parameters',
    0x2036,
    {
      advertisingHandle: u8,
      advertisingEventProperties: u16,
      primaryAdvertisingIntervalMin: u24,
      primaryAdvertisingIntervalMax: u24,
      primaryAdvertisingChannelMap: u8,
      ownAddressType: u8,
      peerAddressType: u8,
      peerAddress: address,
      advertisingFilterPolicy: u8,
      advertisingTxPower: i8,
      primaryAdvertisingPhy: u8,
      secondaryAdvertisingMaxSkip: u8,
      secondaryAdvertisingPhy: u8,
      advertisingSid: u8,
      scanRequestNotificationEnable: u8,
    },
    { selectedTxPower: i8 },
  ),
  // 7.8.54
  leSetExtendedAdvertisingData: command('HCI_LE_Set_Extended_Advertising_Data', 0x2037, {
    advertisingHandle: u8,
    operation: u8,
    fragmentPreference: u8,
    advertisingData: countedBytes,
  }),
  // 7.8.55
  leSetExtendedScanResponseData: command('HCI_LE_Set_Extended_Scan_Response_Data', 0x2038, {
    advertisingHandle: u8,
    operation: u8,
    fragmentPreference: u8,
    scanResponseData: countedBytes,
  }),
  // 7.8.56
  leSetExtendedAdvertisingEnable: command('HCI_LE_Set_Extended_Advertising_Enable', 0x2039, {
    enable: u8,
    sets: countedList({ advertisingHandle: u8, duration: u16, maxExtendedAdvertisingEvents: u8 }),
  }),
  // 7.8.57
  leReadMaximumAdvertisingDataLength: command(
    'HCI_LE_Read_Maximum_Advertising_Data_Length',
    0x203a,
    {},
    { maxAdvertisingDataLength: u16 },
  ),
  // 7.8.58
  leReadNumberOfSupportedAdvertisingSets: command(
    'HCI_LE_Read_Number_of_Supported_Advertising_Sets',
    0x203b,
    {},
    { numSupportedAdvertisingSets: u8 },
  ),
  // 7.8.59
  leRemoveAdvertisingSet: command('HCI_LE_Remove_Advertising_Set', 0x203c, { advertisingHandle: u8 }),
  // 7.8.60
  leClearAdvertisingSets: command('HCI_LE_Clear_Advertising_Sets', 0x203d, {}),
  // 7.8.61
  leSetPeriodicAdvertisingParameters: command('HCI_LE_Set_Periodic_Advertising_Parameters', 0x203e, {
    advertisingHandle: u8,
    periodicAdvertisingIntervalMin: u16,
    periodicAdvertisingIntervalMax: u16,
    periodicAdvertisingProperties: u16,
  }),
  // 7.8.62
  leSetPeriodicAdvertisingData: command('HCI_LE_Set_Periodic_Advertising_Data', 0x203f, {
    advertisingHandle: u8,
    operation: u8,
    advertisingData: countedBytes,
  }),
  // 7.8.63
  leSetPeriodicAdvertisingEnable: command('HCI_LE_Set_Periodic_Advertising_Enable', 0x2040, {
    enable: u8,
    advertisingHandle: u8,
  }),
  // 7.8.64: an item for each bit of scanningPhys.
  leSetExtendedScanParameters: command('HCI_LE_Set_Extended_Scan_Parameters', 0x2041, {
    ownAddressType: u8,
    scanningFilterPolicy: u8,
    scanningPhys: u8,
    phys: list({ scanType: u8, scanInterval: u16, scanWindow: u16 }),
  }),
  // 7.8.65
  leSetExtendedScanEnable: command('HCI_LE_Set_Extended_Scan_Enable', 0x2042, {
    enable: u8,
    filterDuplicates: u8,
    duration: u16,
    period: u16,
  }),
  // 7.8.66: an item for each bit of initiatingPhys.
  leExtendedCreateConnection: statusCommand('HCI_LE_Extended_Create_Connection', 0x2043, {
    initiatorFilterPolicy: u8,
    ownAddressType: u8,
    peerAddressType: u8,
    peerAddress: address,
    initiatingPhys: u8,
    phys: list({
      scanInterval: u16,
      scanWindow: u16,
      connectionIntervalMin: u16,
      connectionIntervalMax: u16,
      maxLatency: u16,
      supervisionTimeout: u16,
      minCeLength: u16,
      maxCeLength: u16,
    }),
  }),
  // 7.8.67
  lePeriodicAdvertisingCreateSync: statusCommand('HCI_LE_Periodic_Advertising_Create_Sync', 0x2044, {
    options: u8,
    advertisingSid: u8,
    advertiserAddressType: u8,
    advertiserAddress: address,
    skip: u16,
    syncTimeout: u16,
    syncCteType: u8,
  }),
  // 7.8.68
  lePeriodicAdvertisingCreateSyncCancel: command(
    'HCI_LE_Periodic_Advertising_Create_Sync_Cancel',
    0x2045,
    {},
  ),
  // 7.8.69
  lePeriodicAdvertisingTerminateSync: command('HCI_LE_Periodic_Advertising_Terminate_Sync', 0x2046, {
    syncHandle: u16,
  }),
  // 7.8.70
  leAddDeviceToPeriodicAdvertiserList: command('HCI_LE_Add_Device_To_Periodic_Advertiser_List', 0x2047, {
    advertiserAddressType: u8,
    advertiserAddress: address,
    advertisingSid: u8,
  }),
  // 7.8.71
  leRemoveDeviceFromPeriodicAdvertiserList: command(
    'HCI_LE_Remove_Device_From_Periodic_Advertiser_List',
    0x2048,
    { advertiserAddressType: u8, advertiserAddress: address, advertisingSid: u8 },
  ),
  // 7.8.72
  leClearPeriodicAdvertiserList: command('HCI_LE_Clear_Periodic_Advertiser_List', 0x2049, {}),
  // 7.8.73
  leReadPeriodicAdvertiserListSize: command(
    'HCI_LE_Read_Periodic_Advertiser_List_Size',
    0x204a,
    {},
    { periodicAdvertiserListSize: u8 },
  ),
  // 7.8.88
  leSetPeriodicAdvertisingReceiveEnable: command('HCI_LE_Set_Periodic_Advertising_Receive_Enable', 0x2059, {
    syncHandle: u16,
    enable: u8,
  }),
  // 7.8.89
  lePeriodicAdvertisingSyncTransfer: command(
    'HCI_LE_Periodic_Advertising_Sync_Transfer',
    0x205a,
    { connectionHandle, serviceData: u16, syncHandle: u16 },
    { connectionHandle },
  ),
  // 7.8.90
  lePeriodicAdvertisingSetInfoTransfer: command(
    'HCI_LE_Periodic_Advertising_Set_Info_Transfer',
    0x205b,
    { connectionHandle, serviceData: u16, advertisingHandle: u8 },
    { connectionHandle },
  ),
  // 7.8.91
  leSetPeriodicAdvertisingSyncTransferParameters: command(
    'HCI_LE_Set_Periodic_Advertising_Sync_Transfer_Parameters',
    0x205c,
    { connectionHandle, mode: u8, skip: u16, syncTimeout: u16, cteType: u8 },
    { connectionHandle },
  ),
  // 7.8.92
  leSetDefaultPeriodicAdvertisingSyncTransferParameters: command(
    'HCI_LE_Set_Default_Periodic_Advertising_Sync_Transfer_Parameters',
    0x205d,
    { mode: u8, skip: u16, syncTimeout: u16, cteType: u8 },
  ),
  // 7.8.122
  leSetDataRelatedAddressChanges: command('HCI_LE_Set_Data_Related_Address_Changes', 0x207c, {
    advertisingHandle: u8,
    changeReasons: u8,
  }),
} as const;

import { address, i8, octets, u8, u16, u64 } from '../../core/pdu.ts';
import { command, statusCommand } from './command.ts';
import { connectionHandle, paddedBytes } from './fields.ts';

/** LE commands of version 4.0 and 4.1: legacy advertising, scanning, connections, encryption. Sections are of Vol 4, Part E. */
export const leCommands = {
  // 7.8.1
  leSetEventMask: command('HCI_LE_Set_Event_Mask', 0x2001, { leEventMask: u64 }),
  // 7.8.2
  leReadBufferSize: command(
    'HCI_LE_Read_Buffer_Size',
    0x2002,
    {},
    { leAclDataPacketLength: u16, totalNumLeAclDataPackets: u8 },
  ),
  // 7.8.3
  leReadLocalSupportedFeatures: command(
    'HCI_LE_Read_Local_Supported_Features',
    0x2003,
    {},
    { leFeatures: octets(8) },
  ),
  // 7.8.4
  leSetRandomAddress: command('HCI_LE_Set_Random_Address', 0x2005, { randomAddress: address }),
  // 7.8.5
  leSetAdvertisingParameters: command('HCI_LE_Set_Advertising_Parameters', 0x2006, {
    advertisingIntervalMin: u16,
    advertisingIntervalMax: u16,
    advertisingType: u8,
    ownAddressType: u8,
    peerAddressType: u8,
    peerAddress: address,
    advertisingChannelMap: u8,
    advertisingFilterPolicy: u8,
  }),
  // 7.8.6
  leReadAdvertisingPhysicalChannelTxPower: command(
    'HCI_LE_Read_Advertising_Physical_Channel_Tx_Power',
    0x2007,
    {},
    { txPowerLevel: i8 },
  ),
  // 7.8.7
  leSetAdvertisingData: command('HCI_LE_Set_Advertising_Data', 0x2008, { advertisingData: paddedBytes(31) }),
  // 7.8.8
  leSetScanResponseData: command('HCI_LE_Set_Scan_Response_Data', 0x2009, {
    scanResponseData: paddedBytes(31),
  }),
  // 7.8.9
  leSetAdvertisingEnable: command('HCI_LE_Set_Advertising_Enable', 0x200a, { advertisingEnable: u8 }),
  // 7.8.10
  leSetScanParameters: command('HCI_LE_Set_Scan_Parameters', 0x200b, {
    leScanType: u8,
    leScanInterval: u16,
    leScanWindow: u16,
    ownAddressType: u8,
    scanningFilterPolicy: u8,
  }),
  // 7.8.11
  leSetScanEnable: command('HCI_LE_Set_Scan_Enable', 0x200c, { leScanEnable: u8, filterDuplicates: u8 }),
  // 7.8.12
  leCreateConnection: statusCommand('HCI_LE_Create_Connection', 0x200d, {
    leScanInterval: u16,
    leScanWindow: u16,
    initiatorFilterPolicy: u8,
    peerAddressType: u8,
    peerAddress: address,
    ownAddressType: u8,
    connectionIntervalMin: u16,
    connectionIntervalMax: u16,
    maxLatency: u16,
    supervisionTimeout: u16,
    minCeLength: u16,
    maxCeLength: u16,
  }),
  // 7.8.13
  leCreateConnectionCancel: command('HCI_LE_Create_Connection_Cancel', 0x200e, {}),
  // 7.8.14
  leReadFilterAcceptListSize: command(
    'HCI_LE_Read_Filter_Accept_List_Size',
    0x200f,
    {},
    { filterAcceptListSize: u8 },
  ),
  // 7.8.15
  leClearFilterAcceptList: command('HCI_LE_Clear_Filter_Accept_List', 0x2010, {}),
  // 7.8.16
  leAddDeviceToFilterAcceptList: command('HCI_LE_Add_Device_To_Filter_Accept_List', 0x2011, {
    addressType: u8,
    address,
  }),
  // 7.8.17
  leRemoveDeviceFromFilterAcceptList: command('HCI_LE_Remove_Device_From_Filter_Accept_List', 0x2012, {
    addressType: u8,
    address,
  }),
  // 7.8.18
  leConnectionUpdate: statusCommand('HCI_LE_Connection_Update', 0x2013, {
    connectionHandle,
    connectionIntervalMin: u16,
    connectionIntervalMax: u16,
    maxLatency: u16,
    supervisionTimeout: u16,
    minCeLength: u16,
    maxCeLength: u16,
  }),
  // 7.8.19
  leSetHostChannelClassification: command('HCI_LE_Set_Host_Channel_Classification', 0x2014, {
    channelMap: octets(5),
  }),
  // 7.8.20
  leReadChannelMap: command(
    'HCI_LE_Read_Channel_Map',
    0x2015,
    { connectionHandle },
    { connectionHandle, channelMap: octets(5) },
  ),
  // 7.8.21
  leReadRemoteFeatures: statusCommand('HCI_LE_Read_Remote_Features', 0x2016, { connectionHandle }),
  // 7.8.22: the most significant octet of key and data comes last, as in every HCI field.
  leEncrypt: command(
    'HCI_LE_Encrypt',
    0x2017,
    { key: octets(16), plaintextData: octets(16) },
    { encryptedData: octets(16) },
  ),
  // 7.8.23
  leRand: command('HCI_LE_Rand', 0x2018, {}, { randomNumber: octets(8) }),
  // 7.8.24
  leEnableEncryption: statusCommand('HCI_LE_Enable_Encryption', 0x2019, {
    connectionHandle,
    randomNumber: octets(8),
    encryptedDiversifier: u16,
    longTermKey: octets(16),
  }),
  // 7.8.25
  leLongTermKeyRequestReply: command(
    'HCI_LE_Long_Term_Key_Request_Reply',
    0x201a,
    { connectionHandle, longTermKey: octets(16) },
    { connectionHandle },
  ),
  // 7.8.26
  leLongTermKeyRequestNegativeReply: command(
    'HCI_LE_Long_Term_Key_Request_Negative_Reply',
    0x201b,
    { connectionHandle },
    { connectionHandle },
  ),
  // 7.8.27
  leReadSupportedStates: command('HCI_LE_Read_Supported_States', 0x201c, {}, { leStates: octets(8) }),
  // 7.8.28
  leReceiverTest: command('HCI_LE_Receiver_Test', 0x201d, { rxChannel: u8 }),
  // 7.8.29
  leTransmitterTest: command('HCI_LE_Transmitter_Test', 0x201e, {
    txChannel: u8,
    testDataLength: u8,
    packetPayload: u8,
  }),
  // 7.8.30
  leTestEnd: command('HCI_LE_Test_End', 0x201f, {}, { numPackets: u16 }),
  // 7.8.31
  leRemoteConnectionParameterRequestReply: command(
    'HCI_LE_Remote_Connection_Parameter_Request_Reply',
    0x2020,
    {
      connectionHandle,
      intervalMin: u16,
      intervalMax: u16,
      maxLatency: u16,
      timeout: u16,
      minCeLength: u16,
      maxCeLength: u16,
    },
    { connectionHandle },
  ),
  // 7.8.32
  leRemoteConnectionParameterRequestNegativeReply: command(
    'HCI_LE_Remote_Connection_Parameter_Request_Negative_Reply',
    0x2021,
    { connectionHandle, reason: u8 },
    { connectionHandle },
  ),
} as const;

import { address, i8, octets, u8, u16 } from '../../core/pdu.ts';
import { command, statusCommand } from './command.ts';
import { connectionHandle } from './fields.ts';

/** LE commands since 4.2 about links and the controller itself: data length, privacy, PHY, power. Sections are of Vol 4, Part E. */
export const leLinkCommands = {
  // 7.8.33
  leSetDataLength: command(
    'HCI_LE_Set_Data_Length',
    0x2022,
    { connectionHandle, txOctets: u16, txTime: u16 },
    { connectionHandle },
  ),
  // 7.8.34
  leReadSuggestedDefaultDataLength: command(
    'HCI_LE_Read_Suggested_Default_Data_Length',
    0x2023,
    {},
    { suggestedMaxTxOctets: u16, suggestedMaxTxTime: u16 },
  ),
  // 7.8.35
  leWriteSuggestedDefaultDataLength: command('HCI_LE_Write_Suggested_Default_Data_Length', 0x2024, {
    suggestedMaxTxOctets: u16,
    suggestedMaxTxTime: u16,
  }),
  // 7.8.36
  leReadLocalP256PublicKey: statusCommand('HCI_LE_Read_Local_P-256_Public_Key', 0x2025, {}),
  // 7.8.37
  leGenerateDhKey: statusCommand('HCI_LE_Generate_DHKey', 0x2026, { remotePublicKey: octets(64) }),
  leGenerateDhKeyV2: statusCommand('HCI_LE_Generate_DHKey [v2]', 0x205e, {
    remotePublicKey: octets(64),
    keyType: u8,
  }),
  // 7.8.38
  leAddDeviceToResolvingList: command('HCI_LE_Add_Device_To_Resolving_List', 0x2027, {
    peerIdentityAddressType: u8,
    peerIdentityAddress: address,
    peerIrk: octets(16),
    localIrk: octets(16),
  }),
  // 7.8.39
  leRemoveDeviceFromResolvingList: command('HCI_LE_Remove_Device_From_Resolving_List', 0x2028, {
    peerIdentityAddressType: u8,
    peerIdentityAddress: address,
  }),
  // 7.8.40
  leClearResolvingList: command('HCI_LE_Clear_Resolving_List', 0x2029, {}),
  // 7.8.41
  leReadResolvingListSize: command('HCI_LE_Read_Resolving_List_Size', 0x202a, {}, { resolvingListSize: u8 }),
  // 7.8.42
  leReadPeerResolvableAddress: command(
    'HCI_LE_Read_Peer_Resolvable_Address',
    0x202b,
    { peerIdentityAddressType: u8, peerIdentityAddress: address },
    { peerResolvableAddress: address },
  ),
  // 7.8.43
  leReadLocalResolvableAddress: command(
    'HCI_LE_Read_Local_Resolvable_Address',
    0x202c,
    { peerIdentityAddressType: u8, peerIdentityAddress: address },
    { localResolvableAddress: address },
  ),
  // 7.8.44
  leSetAddressResolutionEnable: command('HCI_LE_Set_Address_Resolution_Enable', 0x202d, {
    addressResolutionEnable: u8,
  }),
  // 7.8.45: seconds.
  leSetResolvablePrivateAddressTimeout: command('HCI_LE_Set_Resolvable_Private_Address_Timeout', 0x202e, {
    rpaTimeout: u16,
  }),
  // 7.8.46
  leReadMaximumDataLength: command(
    'HCI_LE_Read_Maximum_Data_Length',
    0x202f,
    {},
    {
      supportedMaxTxOctets: u16,
      supportedMaxTxTime: u16,
      supportedMaxRxOctets: u16,
      supportedMaxRxTime: u16,
    },
  ),
  // 7.8.47
  leReadPhy: command(
    'HCI_LE_Read_PHY',
    0x2030,
    { connectionHandle },
    { connectionHandle, txPhy: u8, rxPhy: u8 },
  ),
  // 7.8.48
  leSetDefaultPhy: command('HCI_LE_Set_Default_PHY', 0x2031, { allPhys: u8, txPhys: u8, rxPhys: u8 }),
  // 7.8.49
  leSetPhy: statusCommand('HCI_LE_Set_PHY', 0x2032, {
    connectionHandle,
    allPhys: u8,
    txPhys: u8,
    rxPhys: u8,
    phyOptions: u16,
  }),
  // 7.8.74
  leReadTransmitPower: command('HCI_LE_Read_Transmit_Power', 0x204b, {}, { minTxPower: i8, maxTxPower: i8 }),
  // 7.8.75
  leReadRfPathCompensation: command(
    'HCI_LE_Read_RF_Path_Compensation',
    0x204c,
    {},
    { rfTxPathCompensationValue: u16, rfRxPathCompensationValue: u16 },
  ),
  // 7.8.76
  leWriteRfPathCompensation: command('HCI_LE_Write_RF_Path_Compensation', 0x204d, {
    rfTxPathCompensationValue: u16,
    rfRxPathCompensationValue: u16,
  }),
  // 7.8.77
  leSetPrivacyMode: command('HCI_LE_Set_Privacy_Mode', 0x204e, {
    peerIdentityAddressType: u8,
    peerIdentityAddress: address,
    privacyMode: u8,
  }),
  // 7.8.2
  leReadBufferSizeV2: command(
    'HCI_LE_Read_Buffer_Size [v2]',
    0x2060,
    {},
    {
      leAclDataPacketLength: u16,
      totalNumLeAclDataPackets: u8,
      isoDataPacketLength: u16,
      totalNumIsoDataPackets: u8,
    },
  ),
  // 7.8.108
  leRequestPeerSca: statusCommand('HCI_LE_Request_Peer_SCA', 0x206d, { connectionHandle }),
  // 7.8.115
  leSetHostFeature: command('HCI_LE_Set_Host_Feature', 0x2074, { bitNumber: u8, bitValue: u8 }),
  leSetHostFeatureV2: command('HCI_LE_Set_Host_Feature [v2]', 0x2097, { bitNumber: u16, bitValue: u8 }),
  // 7.8.117
  leEnhancedReadTransmitPowerLevel: command(
    'HCI_LE_Enhanced_Read_Transmit_Power_Level',
    0x2076,
    { connectionHandle, phy: u8 },
    { connectionHandle, phy: u8, currentTransmitPowerLevel: i8, maxTransmitPowerLevel: i8 },
  ),
  // 7.8.118
  leReadRemoteTransmitPowerLevel: statusCommand('HCI_LE_Read_Remote_Transmit_Power_Level', 0x2077, {
    connectionHandle,
    phy: u8,
  }),
  // 7.8.119
  leSetPathLossReportingParameters: command(
    'HCI_LE_Set_Path_Loss_Reporting_Parameters',
    0x2078,
    {
      connectionHandle,
      highThreshold: u8,
      highHysteresis: u8,
      lowThreshold: u8,
      lowHysteresis: u8,
      minTimeSpent: u16,
    },
    { connectionHandle },
  ),
  // 7.8.120
  leSetPathLossReportingEnable: command(
    'HCI_LE_Set_Path_Loss_Reporting_Enable',
    0x2079,
    { connectionHandle, enable: u8 },
    { connectionHandle },
  ),
  // 7.8.121
  leSetTransmitPowerReportingEnable: command(
    'HCI_LE_Set_Transmit_Power_Reporting_Enable',
    0x207a,
    { connectionHandle, localEnable: u8, remoteEnable: u8 },
    { connectionHandle },
  ),
  // 7.8.123
  leSetDefaultSubrate: command('HCI_LE_Set_Default_Subrate', 0x207d, {
    subrateMin: u16,
    subrateMax: u16,
    maxLatency: u16,
    continuationNumber: u16,
    supervisionTimeout: u16,
  }),
  // 7.8.124
  leSubrateRequest: statusCommand('HCI_LE_Subrate_Request', 0x207e, {
    connectionHandle,
    subrateMin: u16,
    subrateMax: u16,
    maxLatency: u16,
    continuationNumber: u16,
    supervisionTimeout: u16,
  }),
  // 7.8.128
  leReadAllLocalSupportedFeatures: command(
    'HCI_LE_Read_All_Local_Supported_Features',
    0x2087,
    {},
    { maxPage: u8, leFeatures: octets(248) },
  ),
  // 7.8.129
  leReadAllRemoteFeatures: statusCommand('HCI_LE_Read_All_Remote_Features', 0x2088, {
    connectionHandle,
    pagesRequested: u8,
  }),
} as const;

import { address, countedList, i8, octets, u8, u16, u32, u64 } from '../../core/pdu.ts';
import { command, silentCommand, statusCommand } from './command.ts';
import { connectionHandle } from './fields.ts';

/** Commands that are not of LE alone, and Zephyr's vendor commands. Sections are of Vol 4, Part E. */
export const controllerCommands = {
  // 7.1.6
  disconnect: statusCommand('HCI_Disconnect', 0x0406, { connectionHandle, reason: u8 }),
  // 7.1.23
  readRemoteVersionInformation: statusCommand('HCI_Read_Remote_Version_Information', 0x041d, {
    connectionHandle,
  }),

  // 7.3.1
  setEventMask: command('HCI_Set_Event_Mask', 0x0c01, { eventMask: u64 }),
  // 7.3.2
  reset: command('HCI_Reset', 0x0c03, {}),
  // 7.3.35
  readTransmitPowerLevel: command(
    'HCI_Read_Transmit_Power_Level',
    0x0c2d,
    { connectionHandle, type: u8 },
    { connectionHandle, txPowerLevel: i8 },
  ),
  // 7.3.38
  setControllerToHostFlowControl: command('HCI_Set_Controller_To_Host_Flow_Control', 0x0c31, {
    flowControlEnable: u8,
  }),
  // 7.3.39
  hostBufferSize: command('HCI_Host_Buffer_Size', 0x0c33, {
    hostAclDataPacketLength: u16,
    hostSynchronousDataPacketLength: u8,
    hostTotalNumAclDataPackets: u16,
    hostTotalNumSynchronousDataPackets: u16,
  }),
  // 7.3.40
  hostNumberOfCompletedPackets: silentCommand('HCI_Host_Number_Of_Completed_Packets', 0x0c35, {
    completed: countedList({ connectionHandle, hostNumCompletedPackets: u16 }),
  }),
  // 7.3.69
  setEventMaskPage2: command('HCI_Set_Event_Mask_Page_2', 0x0c63, { eventMaskPage2: u64 }),
  // 7.3.78
  readLeHostSupport: command(
    'HCI_Read_LE_Host_Support',
    0x0c6c,
    {},
    { leSupportedHost: u8, simultaneousLeHost: u8 },
  ),
  // 7.3.79
  writeLeHostSupport: command('HCI_Write_LE_Host_Support', 0x0c6d, {
    leSupportedHost: u8,
    simultaneousLeHost: u8,
  }),
  // 7.3.93
  readAuthenticatedPayloadTimeout: command(
    'HCI_Read_Authenticated_Payload_Timeout',
    0x0c7b,
    { connectionHandle },
    { connectionHandle, authenticatedPayloadTimeout: u16 },
  ),
  // 7.3.94
  writeAuthenticatedPayloadTimeout: command(
    'HCI_Write_Authenticated_Payload_Timeout',
    0x0c7c,
    { connectionHandle, authenticatedPayloadTimeout: u16 },
    { connectionHandle },
  ),

  // 7.4.1
  readLocalVersionInformation: command(
    'HCI_Read_Local_Version_Information',
    0x1001,
    {},
    { hciVersion: u8, hciSubversion: u16, lmpVersion: u8, companyIdentifier: u16, lmpSubversion: u16 },
  ),
  // 7.4.2
  readLocalSupportedCommands: command(
    'HCI_Read_Local_Supported_Commands',
    0x1002,
    {},
    { supportedCommands: octets(64) },
  ),
  // 7.4.3
  readLocalSupportedFeatures: command(
    'HCI_Read_Local_Supported_Features',
    0x1003,
    {},
    { lmpFeatures: octets(8) },
  ),
  // 7.4.4
  readLocalExtendedFeatures: command(
    'HCI_Read_Local_Extended_Features',
    0x1004,
    { pageNumber: u8 },
    { pageNumber: u8, maxPageNumber: u8, extendedLmpFeatures: octets(8) },
  ),
  // 7.4.5
  readBufferSize: command(
    'HCI_Read_Buffer_Size',
    0x1005,
    {},
    {
      aclDataPacketLength: u16,
      synchronousDataPacketLength: u8,
      totalNumAclDataPackets: u16,
      totalNumSynchronousDataPackets: u16,
    },
  ),
  // 7.4.6
  readBdAddr: command('HCI_Read_BD_ADDR', 0x1009, {}, { bdAddr: address }),

  // 7.5.4
  readRssi: command('HCI_Read_RSSI', 0x1405, { connectionHandle }, { connectionHandle, rssi: i8 }),

  // Zephyr's vendor commands, as documented with its controller.
  zephyrReadVersionInformation: command(
    'Zephyr_Read_Version_Information',
    0xfc01,
    {},
    {
      hardwarePlatform: u16,
      hardwareVariant: u16,
      firmwareVariant: u8,
      firmwareVersion: u8,
      firmwareRevision: u16,
      firmwareBuild: u32,
    },
  ),
  zephyrReadSupportedCommands: command(
    'Zephyr_Read_Supported_Commands',
    0xfc02,
    {},
    { supportedCommands: octets(64) },
  ),
  zephyrReadStaticAddresses: command(
    'Zephyr_Read_Static_Addresses',
    0xfc09,
    {},
    { addresses: countedList({ address, identityRoot: octets(16) }) },
  ),
} as const;

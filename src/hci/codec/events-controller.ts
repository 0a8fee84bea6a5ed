import { countedList, rest, u8, u16 } from '../../core/pdu.ts';
import { event } from './event.ts';
import { connectionHandle } from './fields.ts';

/** Events that are not of LE alone. Sections are of Vol 4, Part E. */
export const controllerEvents = {
  // 7.7.5
  disconnectionComplete: event('HCI_Disconnection_Complete', 0x05, {
    status: u8,
    connectionHandle,
    reason: u8,
  }),
  // 7.7.8
  encryptionChange: event('HCI_Encryption_Change', 0x08, {
    status: u8,
    connectionHandle,
    encryptionEnabled: u8,
  }),
  encryptionChangeV2: event('HCI_Encryption_Change [v2]', 0x59, {
    status: u8,
    connectionHandle,
    encryptionEnabled: u8,
    encryptionKeySize: u8,
  }),
  // 7.7.12
  readRemoteVersionInformationComplete: event('HCI_Read_Remote_Version_Information_Complete', 0x0c, {
    status: u8,
    connectionHandle,
    version: u8,
    companyIdentifier: u16,
    subversion: u16,
  }),
  // 7.7.14
  commandComplete: event('HCI_Command_Complete', 0x0e, {
    numHciCommandPackets: u8,
    commandOpcode: u16,
    returnParameters: rest,
  }),
  // 7.7.15
  commandStatus: event('HCI_Command_Status', 0x0f, {
    status: u8,
    numHciCommandPackets: u8,
    commandOpcode: u16,
  }),
  // 7.7.16
  hardwareError: event('HCI_Hardware_Error', 0x10, { hardwareCode: u8 }),
  // 7.7.19
  numberOfCompletedPackets: event('HCI_Number_Of_Completed_Packets', 0x13, {
    completed: countedList({ connectionHandle, numCompletedPackets: u16 }),
  }),
  // 7.7.26
  dataBufferOverflow: event('HCI_Data_Buffer_Overflow', 0x1a, { linkType: u8 }),
  // 7.7.39
  encryptionKeyRefreshComplete: event('HCI_Encryption_Key_Refresh_Complete', 0x30, {
    status: u8,
    connectionHandle,
  }),
  // 7.7.75
  authenticatedPayloadTimeoutExpired: event('HCI_Authenticated_Payload_Timeout_Expired', 0x57, {
    connectionHandle,
  }),
} as const;

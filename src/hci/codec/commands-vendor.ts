import { octets, rest, u8, u16, u32 } from '../../core/pdu.ts';
import { command, type HciCommandType, type NoShape, silentCommand } from './command.ts';

/** Commands of Broadcom's and Cypress's chips, by the names in their documentation. To chips of others the same opcodes mean other things. */
export const BroadcomCommand = {
  updateBaudRate: command('Broadcom_Update_Baud_Rate', 0xfc18, { encodedBaudRate: u16, baudRate: u32 }),
  writeUartClockSetting: command('Broadcom_Write_UART_Clock_Setting', 0xfc45, { type: u8 }),
  downloadMinidriver: command('Broadcom_Download_Minidriver', 0xfc2e, {}),
  writeRam: command('Broadcom_Write_RAM', 0xfc4c, { address: u32, data: rest }),
  launchRam: command('Broadcom_Launch_RAM', 0xfc4e, { address: u32 }),
} as const;

/** Commands of Realtek's chips. */
export const RealtekCommand = {
  download: command('Realtek_Download', 0xfc20, { index: u8, data: rest }, { index: u8 }),
  readRegister: command('Realtek_Read_Register', 0xfc61, { width: u8, address: u32 }, { value: u16 }),
  readRomVersion: command('Realtek_Read_ROM_Version', 0xfc6d, {}, { romVersion: u8 }),
} as const;

/** Commands of Intel's chips. */
export const IntelCommand = {
  /** Not answered by a boot loader that obeys. */
  reset: silentCommand('Intel_Reset', 0xfc01, {
    resetType: u8,
    patchEnable: u8,
    ddcReload: u8,
    bootOption: u8,
    bootAddress: u32,
  }),
  /** Chips that know the older form alone ignore what they are asked. */
  readVersion: command('Intel_Read_Version', 0xfc05, { all: u8 }, { version: rest }),
  secureSend: command('Intel_Secure_Send', 0xfc09, { type: u8, data: rest }),
  readBootParams: command(
    'Intel_Read_Boot_Params',
    0xfc0d,
    {},
    {
      otpFormat: u8,
      otpContent: u8,
      otpPatch: u8,
      deviceRevision: u16,
      secureBoot: u8,
      keyFromHeader: u8,
      keyType: u8,
      otpLock: u8,
      apiLock: u8,
      debugLock: u8,
      otpAddress: octets(6),
      minimumBuild: octets(3),
      limitedAnswers: u8,
      unlocked: u8,
    },
  ),
  writeDdc: command('Intel_Write_DDC', 0xfc8b, { setting: rest }),
} as const;

/** A command that a firmware file brings along: nothing is known of it but how it is sent. */
export const firmwareCommand = (
  opcode: number,
  length: number,
): HciCommandType<{ readonly parameters: ReturnType<typeof octets> }, NoShape> =>
  command(`the command 0x${opcode.toString(16).padStart(4, '0')} of the firmware`, opcode, {
    parameters: octets(length),
  });

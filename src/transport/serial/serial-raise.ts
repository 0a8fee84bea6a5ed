import { readU16 } from '../../core/bytes.ts';
import { TransportError } from '../../core/errors.ts';
import { matches, RESET, RESET_COMPLETE } from '../reset-complete.ts';
import { askLine, type ProbeOptions, untilQuiet } from './serial-probe.ts';

/** HCI_Read_Local_Version_Information and the head of its Command Complete (Vol 4, Part E, 7.4.1). */
const READ_VERSION: readonly number[] = [0x01, 0x01, 0x10, 0x00];
const VERSION_COMPLETE: readonly number[] = [0x04, 0x0e, 0x0c, -1, 0x01, 0x10, 0x00];
const VERSION_COMPLETE_LENGTH = 15;
/** Of Company_Identifier in it. */
const COMPANY_AT = 11;

const u32 = (value: number): readonly number[] => [
  value & 0xff,
  (value >> 8) & 0xff,
  (value >> 16) & 0xff,
  (value >> 24) & 0xff,
];
const vendorCommand = (opcode: number, parameters: readonly number[]): readonly number[] => [
  0x01,
  opcode & 0xff,
  opcode >> 8,
  parameters.length,
  ...parameters,
];

/** Above it the UART of a Broadcom chip needs its faster clock. */
const BROADCOM_SLOW_CLOCK_BAUD = 3_000_000;
/** Update_UART_Baud_Rate, behind Write_UART_Clock_Setting where the clock has to be of 48 MHz. */
const broadcom = (baudRate: number): readonly (readonly number[])[] => [
  ...(baudRate > BROADCOM_SLOW_CLOCK_BAUD ? [vendorCommand(0xfc45, [0x01])] : []),
  vendorCommand(0xfc18, [0, 0, ...u32(baudRate)]),
];

/** Makers by Company Identifier, and the commands by which their chips take another rate: answered at the old one, in force after that. */
const makers: Readonly<Record<number, (baudRate: number) => readonly (readonly number[])[]>> = {
  // Texas Instruments: HCI_VS_Update_UART_HCI_Baudrate.
  13: (baudRate) => [vendorCommand(0xff36, u32(baudRate))],
  // Broadcom, and Cypress, which went on with its chips.
  15: broadcom,
  305: broadcom,
};

/**
 * Makes the controller speak faster by its maker's command, and the line with it. A Reset has gone through at the present rate, and has at the new one when this
 * resolves. Rejects with TransportError where the maker has no such command, or the controller does not follow.
 */
export const raiseBaudRate = async (options: ProbeOptions, baudRate: number): Promise<void> => {
  const { line, name } = options;
  const raising = `cannot raise ${name} to ${baudRate} baud`;
  const leave = 'leave raise= out, or give a rate that the chip and the port can do';
  const version = await askLine(options, READ_VERSION, VERSION_COMPLETE_LENGTH);
  if (version === undefined || !matches(version.subarray(0, VERSION_COMPLETE.length), VERSION_COMPLETE))
    throw new TransportError(`${raising}: the controller does not say who made it; ${leave}`);
  const company = readU16(version, COMPANY_AT);
  const commands = makers[company];
  if (commands === undefined) {
    throw new TransportError(
      `${raising}: no command for that is known of its maker (Company Identifier ${company}); leave raise= out`,
    );
  }
  for (const command of commands(baudRate)) {
    const done = [0x04, 0x0e, 0x04, -1, command[1] ?? 0, command[2] ?? 0, 0x00];
    const answer = await askLine(options, command, done.length);
    if (answer === undefined || !matches(answer, done))
      throw new TransportError(`${raising}: the controller refuses it; ${leave}`);
  }
  await line.setBaudRate(baudRate);
  await untilQuiet(options);
  const answer = await askLine(options, RESET, RESET_COMPLETE.length);
  if (answer === undefined || !matches(answer, RESET_COMPLETE)) {
    throw new TransportError(
      `${raising}: the controller took the rate and does not answer at it; give a lower one, and take its power away for a moment before the next try`,
    );
  }
  await untilQuiet(options);
};

import { HciPacketType } from '../../core/transport.ts';
import { COMMAND_HEADER_LENGTH, type HciCommandType, opcodeOf } from './command.ts';
import { controllerCommands } from './commands-controller.ts';
import { leCommands } from './commands-le.ts';
import { leExtendedCommands } from './commands-le-extended.ts';
import { leLinkCommands } from './commands-le-link.ts';

/** Every command that is known here, by its specification name in TypeScript case without the prefix. */
export const HciCommand = {
  ...controllerCommands,
  ...leCommands,
  ...leLinkCommands,
  ...leExtendedCommands,
} as const;

const byOpcode: ReadonlyMap<number, HciCommandType> = new Map(
  Object.values<HciCommandType>(HciCommand).map((type) => [type.opcode, type]),
);

export const commandByOpcode = (opcode: number): HciCommandType | undefined => byOpcode.get(opcode);

/** The specification name of a command, or its number. */
export const commandName = (opcode: number): string =>
  byOpcode.get(opcode)?.name ?? `the command with opcode 0x${opcode.toString(16).padStart(4, '0')}`;

/** The command of a whole packet, undefined where its header is cut, its length octet lies, or its opcode is unknown. */
export const commandOf = (packet: Uint8Array): HciCommandType | undefined => {
  if (packet.length < COMMAND_HEADER_LENGTH || packet[0] !== HciPacketType.command) return undefined;
  return packet[3] === packet.length - COMMAND_HEADER_LENGTH ? byOpcode.get(opcodeOf(packet)) : undefined;
};

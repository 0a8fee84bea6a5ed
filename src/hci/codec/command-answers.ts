import { writeU16 } from '../../core/bytes.ts';
import type { Infer, Shape } from '../../core/pdu.ts';
import { HciPacketType } from '../../core/transport.ts';
import type { HciCommandType, ReturnShape } from './command.ts';
import { EVENT_HEADER_LENGTH } from './event.ts';
import { HciEvent } from './events.ts';

/** The opcode of an answer to no command, which gives command credits alone (Vol 4, Part E, 7.7.14). */
export const NO_COMMAND_OPCODE = 0x0000;

/** The Command Complete that answers a command, as a whole packet: the controller's side. */
export const encodeCommandComplete = <P extends Shape, R extends Shape>(
  type: HciCommandType<P, R>,
  returns: Infer<ReturnShape<R>>,
  numHciCommandPackets = 1,
): Uint8Array => {
  const offset = EVENT_HEADER_LENGTH + 3;
  const packet = new Uint8Array(offset + type.returns.measure(returns));
  packet[0] = HciPacketType.event;
  packet[1] = HciEvent.commandComplete.code;
  packet[2] = packet.length - EVENT_HEADER_LENGTH;
  packet[3] = numHciCommandPackets;
  writeU16(packet, 4, type.opcode);
  type.returns.encodeInto(returns, packet, offset);
  return packet;
};

/** A Command Complete that carries a status alone, as a failed command may have it, known or not. */
export const encodeCommandFailed = (
  commandOpcode: number,
  status: number,
  numHciCommandPackets = 1,
): Uint8Array =>
  HciEvent.commandComplete.encode({
    numHciCommandPackets,
    commandOpcode,
    returnParameters: Uint8Array.of(status),
  });

export const encodeCommandStatus = (
  commandOpcode: number,
  status: number,
  numHciCommandPackets = 1,
): Uint8Array => HciEvent.commandStatus.encode({ status, numHciCommandPackets, commandOpcode });

import { readU16 } from '../../src/core/bytes.ts';
import { HciPacketType } from '../../src/core/transport.ts';
import type { HciCommandType } from '../../src/hci/codec/command.ts';
import { eventKey, eventKeyOf, type HciEventType } from '../../src/hci/codec/event.ts';

// What a script of faults tells packets by, indicator first.

export const isEvent = (packet: Uint8Array, { code, subevent }: HciEventType): boolean =>
  packet[0] === HciPacketType.event && eventKeyOf(packet) === eventKey(code, subevent);

export const isCommand = (packet: Uint8Array, { opcode }: HciCommandType): boolean =>
  packet[0] === HciPacketType.command && readU16(packet, 1) === opcode;

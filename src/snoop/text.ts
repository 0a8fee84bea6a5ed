import { readU16, toHex } from '../core/bytes.ts';
import { HciPacketType } from '../core/transport.ts';
import {
  ACL_HEADER_LENGTH,
  aclBoundaryFlag,
  aclHandle,
  BoundaryFlag,
  isAclPacket,
} from '../hci/codec/acl.ts';
import { COMMAND_HEADER_LENGTH, opcodeOf } from '../hci/codec/command.ts';
import { commandByOpcode, HciCommand } from '../hci/codec/commands.ts';
import { describeStatus } from '../hci/codec/error-codes.ts';
import { EVENT_HEADER_LENGTH, LE_META_EVENT_CODE } from '../hci/codec/event.ts';
import { eventOf, HciEvent } from '../hci/codec/events.ts';
import type { Direction, SnoopRecord } from './snoop-record.ts';

export interface PrintOptions {
  /** Prints the keys that a packet carries. Off by default: what is printed ends in logs. */
  readonly showKeys?: boolean | undefined;
}

/** Octets of a payload that are printed. */
const MAX_PRINTED = 48;
const SMP_CID = 0x0006;
const L2CAP_HEADER_LENGTH = 4;

/** Commands whose parameters are keys, or what a key is tried on. */
const secretCommands: ReadonlySet<number> = new Set([
  HciCommand.leEncrypt.opcode,
  HciCommand.leEnableEncryption.opcode,
  HciCommand.leLongTermKeyRequestReply.opcode,
  HciCommand.leAddDeviceToResolvingList.opcode,
  0x040b, // HCI_Link_Key_Request_Reply
  0x040d, // HCI_PIN_Code_Request_Reply
  0x0c11, // HCI_Write_Stored_Link_Key
]);

/** Commands whose answers hold a key, or what keys are derived from. */
const secretAnswers: ReadonlySet<number> = new Set([
  HciCommand.leEncrypt.opcode,
  HciCommand.zephyrReadStaticAddresses.opcode,
]);

/** Events that carry keys: HCI_Return_Link_Keys, HCI_Link_Key_Notification, and of LE Meta HCI_LE_Generate_DHKey_Complete. */
const secretEvents: ReadonlySet<number> = new Set([0x15, 0x18]);
const SECRET_SUBEVENT = 0x09;
const HIDDEN = '(parameters hidden)';

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

const octetsOf = (bytes: Uint8Array): string =>
  bytes.length > MAX_PRINTED ? `${toHex(bytes.subarray(0, MAX_PRINTED))}…` : toHex(bytes);

const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join(' ');

/** The text of a table's printer without the name in front; undefined for parameters that the table cannot read. */
const fields = (name: string, print: () => string): string | undefined => {
  try {
    return print().slice(name.length).trim();
  } catch {
    return undefined;
  }
};

const printCommand = (packet: Uint8Array, options: PrintOptions): string => {
  if (packet.length < COMMAND_HEADER_LENGTH) return joined('command, cut short', octetsOf(packet));
  const opcode = opcodeOf(packet);
  const parameters = packet.subarray(COMMAND_HEADER_LENGTH);
  const type = commandByOpcode(opcode);
  const isSecret = secretCommands.has(opcode) && options.showKeys !== true;
  if (type === undefined) {
    const place = `command ${hex(opcode, 4)} (OGF ${hex(opcode >> 10, 2)}, OCF ${hex(opcode & 0x3ff, 3)})`;
    return joined(place, isSecret ? HIDDEN : octetsOf(parameters));
  }
  if (isSecret) return joined(type.name, HIDDEN);
  const known = fields(type.name, () => type.parameters.print(type.decode(packet)));
  return joined(type.name, known ?? `malformed ${octetsOf(parameters)}`);
};

const printCommandComplete = (packet: Uint8Array, options: PrintOptions): string => {
  const { name } = HciEvent.commandComplete;
  const { commandOpcode, returnParameters } = HciEvent.commandComplete.decode(packet);
  const type = commandByOpcode(commandOpcode);
  const command = type?.name ?? `command ${hex(commandOpcode, 4)}`;
  if (secretAnswers.has(commandOpcode) && options.showKeys !== true) return joined(name, command, HIDDEN);
  const known =
    type === undefined
      ? undefined
      : fields(type.name, () => type.returns.print(type.returns.decodeLoose(returnParameters)));
  const status = returnParameters[0] ?? 0;
  const verdict = status === 0 ? '' : `(${describeStatus(status)})`;
  return joined(name, command, known ?? octetsOf(returnParameters), verdict);
};

const printCommandStatus = (packet: Uint8Array): string => {
  const { status, commandOpcode } = HciEvent.commandStatus.decode(packet);
  const command = commandByOpcode(commandOpcode)?.name ?? `command ${hex(commandOpcode, 4)}`;
  return `${HciEvent.commandStatus.name} ${command} ${status === 0 ? 'pending' : describeStatus(status)}`;
};

const isSecretEvent = (packet: Uint8Array): boolean =>
  secretEvents.has(packet[1] ?? 0) || (packet[1] === LE_META_EVENT_CODE && packet[3] === SECRET_SUBEVENT);

const printEvent = (packet: Uint8Array, options: PrintOptions): string => {
  const type = eventOf(packet);
  const isSecret = isSecretEvent(packet) && options.showKeys !== true;
  if (type === undefined) {
    const code = packet[1] ?? 0;
    const hasSubevent = code === LE_META_EVENT_CODE && packet.length > EVENT_HEADER_LENGTH;
    const subevent = hasSubevent ? `, subevent ${hex(packet[3] ?? 0, 2)}` : '';
    const shown = isSecret ? HIDDEN : octetsOf(packet.subarray(EVENT_HEADER_LENGTH));
    return joined(`event ${hex(code, 2)}${subevent}`, shown);
  }
  if (isSecret) return joined(type.name, HIDDEN);
  try {
    if (type === HciEvent.commandComplete) return printCommandComplete(packet, options);
    if (type === HciEvent.commandStatus) return printCommandStatus(packet);
  } catch {
    // Falls through to the text of a malformed one.
  }
  const known = fields(type.name, () => type.parameters.print(type.decode(packet)));
  return joined(type.name, known ?? `malformed ${octetsOf(packet.subarray(EVENT_HEADER_LENGTH))}`);
};

const boundaries: Readonly<Record<number, string>> = {
  [BoundaryFlag.firstNonFlushable]: 'first',
  [BoundaryFlag.continuing]: 'continuing',
  [BoundaryFlag.firstFlushable]: 'first',
};

const printAcl = (packet: Uint8Array, options: PrintOptions): string => {
  if (!isAclPacket(packet)) return joined('ACL, its length does not fit', octetsOf(packet));
  const flag = aclBoundaryFlag(packet);
  const data = packet.subarray(ACL_HEADER_LENGTH);
  const head = `ACL handle=${hex(aclHandle(packet), 4)} ${boundaries[flag] ?? 'complete'}`;
  if (flag === BoundaryFlag.continuing || data.length < L2CAP_HEADER_LENGTH)
    return joined(head, octetsOf(data));
  const cid = readU16(data, 2);
  const payload = data.subarray(L2CAP_HEADER_LENGTH);
  const isSecret = cid === SMP_CID && options.showKeys !== true;
  const shown = isSecret ? `code=${hex(payload[0] ?? 0, 2)} ${HIDDEN}` : octetsOf(payload);
  return joined(head, `cid=${hex(cid, 4)} length=${readU16(data, 0)}`, shown);
};

/** One readable line for one HCI packet, H4 indicator first. Never throws, whatever the packet holds. */
export const printPacket = (packet: Uint8Array, options: PrintOptions = {}): string => {
  switch (packet[0]) {
    case HciPacketType.command:
      return printCommand(packet, options);
    case HciPacketType.event:
      return printEvent(packet, options);
    case HciPacketType.acl:
      return printAcl(packet, options);
    case HciPacketType.sco:
      return joined('SCO', octetsOf(packet.subarray(1)));
    case HciPacketType.iso:
      return joined('ISO', octetsOf(packet.subarray(1)));
    default:
      return joined('no HCI packet', octetsOf(packet));
  }
};

const arrows: Readonly<Record<Direction, string>> = { sent: '>', received: '<' };

/** The last microsecond that a date can tell; a file may claim any. */
const LATEST_US = 8.64e18;

/** A line with the time of day in UTC, to the microsecond, and an arrow: `>` to the controller, `<` from it. */
export const printRecord = (record: SnoopRecord, options: PrintOptions = {}): string => {
  const us = Math.abs(record.timestampUs) <= LATEST_US ? record.timestampUs : 0;
  const time = /T(.*)Z/.exec(new Date(Math.floor(us / 1000)).toISOString())?.[1] ?? '';
  const microseconds = String(((us % 1000) + 1000) % 1000).padStart(3, '0');
  return `${time}${microseconds} ${arrows[record.direction]} ${printPacket(record.packet, options)}`;
};

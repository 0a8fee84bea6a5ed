import { MalformedPduError } from '../core/errors.ts';
import { HciPacketType } from '../core/transport.ts';
import type { SnoopFormat, SnoopRecord } from './snoop-record.ts';

/** `btsnoop` and a zero octet. */
const MAGIC = [0x62, 0x74, 0x73, 0x6e, 0x6f, 0x6f, 0x70, 0x00] as const;
const VERSION = 1;
/** HCI UART (H4): each packet begins with its indicator. */
const DATALINK_H4 = 1002;
const FILE_HEADER_LENGTH = 16;
const RECORD_HEADER_LENGTH = 24;

/** Microseconds from the format's own epoch, the start of year 0, to 1970. */
const EPOCH_OFFSET_US = 0x00dc_ddb3_0f2f_8000n;

/** Record flags: direction in bit 0, data or command and event in bit 1. */
const FLAG_RECEIVED = 1;
const FLAG_COMMAND_OR_EVENT = 2;

const flagsOf = ({ direction, packet }: SnoopRecord): number => {
  const isControl = packet[0] === HciPacketType.command || packet[0] === HciPacketType.event;
  return (direction === 'received' ? FLAG_RECEIVED : 0) | (isControl ? FLAG_COMMAND_OR_EVENT : 0);
};

/** The capture format of Android, BlueZ and Wireshark, with H4 packets. */
export const btsnoop: SnoopFormat = {
  header: () => {
    const bytes = new Uint8Array(FILE_HEADER_LENGTH);
    bytes.set(MAGIC);
    const view = new DataView(bytes.buffer);
    view.setUint32(8, VERSION);
    view.setUint32(12, DATALINK_H4);
    return bytes;
  },

  encode: (record) => {
    const { packet } = record;
    const bytes = new Uint8Array(RECORD_HEADER_LENGTH + packet.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, packet.length);
    view.setUint32(4, packet.length);
    view.setUint32(8, flagsOf(record));
    view.setUint32(12, record.dropped);
    view.setBigInt64(16, BigInt(record.timestampUs) + EPOCH_OFFSET_US);
    bytes.set(packet, RECORD_HEADER_LENGTH);
    return bytes;
  },
};

/**
 * The records of a btsnoop file of H4 packets, as views on `file`. A last record that is cut, as a writer that died leaves it, is left out.
 * Throws MalformedPduError for what is no such file.
 */
export function* readBtsnoop(file: Uint8Array): Generator<SnoopRecord, void, undefined> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < FILE_HEADER_LENGTH || !MAGIC.every((octet, i) => octet === file[i])) {
    throw new MalformedPduError('this is no btsnoop file: it does not begin with "btsnoop"');
  }
  const version = view.getUint32(8);
  const datalink = view.getUint32(12);
  if (version !== VERSION || datalink !== DATALINK_H4) {
    throw new MalformedPduError(
      `this btsnoop file has version ${version} and datalink ${datalink}; version 1 and datalink 1002 (H4) can be read`,
    );
  }
  let at = FILE_HEADER_LENGTH;
  while (file.length - at >= RECORD_HEADER_LENGTH) {
    const included = view.getUint32(at + 4);
    const end = at + RECORD_HEADER_LENGTH + included;
    if (end > file.length) return;
    yield {
      direction: (view.getUint32(at + 8) & FLAG_RECEIVED) === 0 ? 'sent' : 'received',
      dropped: view.getUint32(at + 12),
      timestampUs: Number(view.getBigInt64(at + 16) - EPOCH_OFFSET_US),
      packet: file.subarray(at + RECORD_HEADER_LENGTH, end),
    };
    at = end;
  }
}

import type { SnoopFormat } from './snoop-record.ts';

const BlockType = { sectionHeader: 0x0a0d_0d0a, interfaceDescription: 1, enhancedPacket: 6 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
/** LINKTYPE_BLUETOOTH_HCI_H4_WITH_PHDR: four octets of direction, most significant first, then the H4 packet. */
const LINKTYPE_H4_WITH_DIRECTION = 201;
const DIRECTION_LENGTH = 4;

const SECTION_HEADER_LENGTH = 28;
const INTERFACE_LENGTH = 20;
/** Of an enhanced packet block, without its data: 28 octets in front and 4 behind. */
const PACKET_FRONT = 28;
const BLOCK_END = 4;

const pad4 = (length: number): number => (length + 3) & ~3;

/** A block's type and its length, which also ends it, little-endian. */
const frame = (view: DataView, at: number, type: number, length: number): void => {
  view.setUint32(at, type, true);
  view.setUint32(at + 4, length, true);
  view.setUint32(at + length - BLOCK_END, length, true);
};

/** The capture format of Wireshark. */
export const pcapng: SnoopFormat = {
  header: () => {
    const bytes = new Uint8Array(SECTION_HEADER_LENGTH + INTERFACE_LENGTH);
    const view = new DataView(bytes.buffer);
    frame(view, 0, BlockType.sectionHeader, SECTION_HEADER_LENGTH);
    view.setUint32(8, BYTE_ORDER_MAGIC, true);
    view.setUint16(12, 1, true);
    // The length of the section is not known yet.
    view.setBigInt64(16, -1n, true);
    // Time stamps count microseconds unless an option says otherwise.
    frame(view, SECTION_HEADER_LENGTH, BlockType.interfaceDescription, INTERFACE_LENGTH);
    view.setUint16(SECTION_HEADER_LENGTH + 8, LINKTYPE_H4_WITH_DIRECTION, true);
    return bytes;
  },

  encode: ({ direction, packet, timestampUs }) => {
    const captured = DIRECTION_LENGTH + packet.length;
    const bytes = new Uint8Array(PACKET_FRONT + pad4(captured) + BLOCK_END);
    const view = new DataView(bytes.buffer);
    frame(view, 0, BlockType.enhancedPacket, bytes.length);
    view.setUint32(12, Math.floor(timestampUs / 0x1_0000_0000), true);
    view.setUint32(16, timestampUs >>> 0, true);
    view.setUint32(20, captured, true);
    view.setUint32(24, captured, true);
    view.setUint32(PACKET_FRONT, direction === 'received' ? 1 : 0);
    bytes.set(packet, PACKET_FRONT + DIRECTION_LENGTH);
    return bytes;
  },
};

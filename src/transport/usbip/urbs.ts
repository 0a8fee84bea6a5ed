import { concatBytes } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';
import { readU32be, writeU32be } from './network-order.ts';

// What an imported device is driven by: Linux, Documentation/usb/usbip_protocol.rst, "usbip_header_basic" and what follows it.

const UsbipCommand = { cmdSubmit: 1, cmdUnlink: 2, retSubmit: 3, retUnlink: 4 } as const;

/** How a transfer ended, as negative numbers of Linux. */
export const UrbStatus = {
  ok: 0,
  /** -EPIPE: the endpoint is halted, or refuses the request. */
  stall: -32,
  /** -EXDEV: an isochronous packet that did not go. */
  isochronousLost: -18,
  /** -EOVERFLOW: the device sent more than there was room for. */
  overflow: -75,
  /** -ECONNRESET: it was taken back before it had ended. */
  unlinked: -104,
} as const;
export type UrbStatus = (typeof UrbStatus)[keyof typeof UrbStatus];

/** USBIP_CMD_SUBMIT: a transfer that the client wants. */
export interface Urb {
  readonly command: 'submit';
  readonly seqnum: number;
  readonly devid: number;
  /** With the direction in bit 7: set means towards the client. */
  readonly endpoint: number;
  /** Of the buffer; on the way out also the octets in it. */
  readonly transferBufferLength: number;
  readonly startFrame: number;
  /** As it came: 0 or 0xffffffff for what is not isochronous. */
  readonly numberOfPackets: number;
  /** The eight octets of the set-up packet, on the control endpoint. */
  readonly setup: Uint8Array;
  /** Empty on the way in. */
  readonly transferBuffer: Uint8Array;
  readonly isoPackets: readonly IsoPacket[];
}

export interface IsoPacket {
  readonly offset: number;
  readonly length: number;
}

/** USBIP_CMD_UNLINK: one that it wants no more. */
export interface Unlink {
  readonly command: 'unlink';
  readonly seqnum: number;
  readonly devid: number;
  readonly unlinkSeqnum: number;
}

/** What a transfer came to. `data` is what was read; `length` counts what was moved. */
export interface UrbResult {
  readonly status: UrbStatus;
  readonly data?: Uint8Array | undefined;
  readonly length?: number | undefined;
}

const HEADER_LENGTH = 48;
const ISO_PACKET_LENGTH = 16;
const SETUP_LENGTH = 8;
const DIRECTION_IN = 1;
const NOT_ISOCHRONOUS = 0xffff_ffff;

/** The longest packet of HCI with its header and its indicator is shorter by far. */
const MAX_TRANSFER_OCTETS = 128 * 1024;
/** As in Linux: USBIP_MAX_ISO_PACKETS. */
const MAX_ISO_PACKETS = 1024;

const isIn = (octets: Uint8Array): boolean => readU32be(octets, 12) === DIRECTION_IN;

const isoPacketCount = (octets: Uint8Array): number => {
  const count = readU32be(octets, 32);
  return count === NOT_ISOCHRONOUS ? 0 : count;
};

/** How long the command is of which these are the first octets, as far as they tell. Throws MalformedPduError. */
export const commandLength = (octets: Uint8Array): number => {
  if (octets.length < HEADER_LENGTH) return HEADER_LENGTH;
  const command = readU32be(octets, 0);
  if (command === UsbipCommand.cmdUnlink) return HEADER_LENGTH;
  if (command !== UsbipCommand.cmdSubmit) {
    throw new MalformedPduError(`${command} is no command of USB/IP`);
  }
  const length = readU32be(octets, 24);
  if (length > MAX_TRANSFER_OCTETS) {
    throw new MalformedPduError(`a transfer of ${length} octets, which may have ${MAX_TRANSFER_OCTETS}`);
  }
  const packets = isoPacketCount(octets);
  if (packets > MAX_ISO_PACKETS) {
    throw new MalformedPduError(
      `a transfer of ${packets} isochronous packets, which may have ${MAX_ISO_PACKETS}`,
    );
  }
  return HEADER_LENGTH + (isIn(octets) ? 0 : length) + packets * ISO_PACKET_LENGTH;
};

/** A whole command, as long as `commandLength` says. The byte fields are views on it. */
export const decodeCommand = (octets: Uint8Array): Urb | Unlink => {
  const seqnum = readU32be(octets, 4);
  const devid = readU32be(octets, 8);
  if (readU32be(octets, 0) === UsbipCommand.cmdUnlink) {
    return { command: 'unlink', seqnum, devid, unlinkSeqnum: readU32be(octets, 20) };
  }
  const transferBufferLength = readU32be(octets, 24);
  const dataEnd = HEADER_LENGTH + (isIn(octets) ? 0 : transferBufferLength);
  return {
    command: 'submit',
    seqnum,
    devid,
    endpoint: (readU32be(octets, 16) & 0x0f) | (isIn(octets) ? 0x80 : 0),
    transferBufferLength,
    startFrame: readU32be(octets, 28),
    numberOfPackets: readU32be(octets, 32),
    setup: octets.subarray(40, 40 + SETUP_LENGTH),
    transferBuffer: octets.subarray(HEADER_LENGTH, dataEnd),
    isoPackets: Array.from({ length: isoPacketCount(octets) }, (_, i) => ({
      offset: readU32be(octets, dataEnd + i * ISO_PACKET_LENGTH),
      length: readU32be(octets, dataEnd + i * ISO_PACKET_LENGTH + 4),
    })),
  };
};

const encodeHeader = (command: number, seqnum: number, status: number): Uint8Array => {
  const header = new Uint8Array(HEADER_LENGTH);
  writeU32be(header, 0, command);
  writeU32be(header, 4, seqnum);
  writeU32be(header, 20, status);
  return header;
};

const encodeIsoPacket = ({ offset, length }: IsoPacket): Uint8Array => {
  const descriptor = new Uint8Array(ISO_PACKET_LENGTH);
  writeU32be(descriptor, 0, offset);
  writeU32be(descriptor, 4, length);
  writeU32be(descriptor, 12, UrbStatus.isochronousLost);
  return descriptor;
};

/**
 * USBIP_RET_SUBMIT. Start frame and number of packets are those of the command: for what is not isochronous clients differ from the
 * protocol's text, and each knows its own. Of isochronous packets none has gone.
 */
export const encodeRetSubmit = (urb: Urb, { status, data, length }: UrbResult): Uint8Array => {
  const header = encodeHeader(UsbipCommand.retSubmit, urb.seqnum, status);
  writeU32be(header, 24, data?.length ?? length ?? 0);
  writeU32be(header, 28, urb.startFrame);
  writeU32be(header, 32, urb.numberOfPackets);
  writeU32be(header, 36, urb.isoPackets.length);
  return concatBytes(header, data ?? new Uint8Array(0), ...urb.isoPackets.map(encodeIsoPacket));
};

/** USBIP_RET_UNLINK: -ECONNRESET for a transfer that had not ended, else 0. */
export const encodeRetUnlink = ({ seqnum }: Unlink, wasPending: boolean): Uint8Array =>
  encodeHeader(UsbipCommand.retUnlink, seqnum, wasPending ? UrbStatus.unlinked : UrbStatus.ok);

/** Where an HCI packet ends in a stream of octets (Vol 4, Part A, 2), for those who stand between hosts and controllers. */

const aclIndicator = 0x02;
const eventIndicator = 0x04;

/** Octets of the packet that the bytes begin with; nothing while its header is not whole. */
const packetLength = (bytes: Buffer): number | undefined => {
  const lengthAt = bytes[0] === eventIndicator ? 2 : 3;
  const isAcl = bytes[0] === aclIndicator;
  if (bytes.length < lengthAt + (isAcl ? 2 : 1)) return undefined;
  return isAcl ? 5 + bytes.readUInt16LE(lengthAt) : lengthAt + 1 + bytes.readUInt8(lengthAt);
};

/** Takes chunks, and hands on the packets in them, each in a buffer of its own. */
export const splitter = (onPacket: (packet: Buffer) => void): ((chunk: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const length = packetLength(rest);
      if (length === undefined || rest.length < length) return;
      const packet = Buffer.from(rest.subarray(0, length));
      rest = rest.subarray(length);
      onPacket(packet);
    }
  };
};

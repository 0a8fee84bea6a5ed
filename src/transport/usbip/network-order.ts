// USB/IP has the most significant octet first, as nothing of Bluetooth and USB has. Offsets past the end read zero, as those of core do.

export const readU16be = (octets: Uint8Array, offset: number): number =>
  ((octets[offset] ?? 0) << 8) | (octets[offset + 1] ?? 0);

export const readU32be = (octets: Uint8Array, offset: number): number =>
  readU16be(octets, offset) * 0x1_0000 + readU16be(octets, offset + 2);

export const writeU16be = (octets: Uint8Array, offset: number, value: number): void => {
  octets[offset] = value >>> 8;
  octets[offset + 1] = value;
};

/** Negative numbers as their two's complement. */
export const writeU32be = (octets: Uint8Array, offset: number, value: number): void => {
  writeU16be(octets, offset, (value >>> 16) & 0xffff);
  writeU16be(octets, offset + 2, value & 0xffff);
};

/** A text that is closed by a zero octet, or fills its field. */
export const readText = (field: Uint8Array): string => {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
};

/** Fills a field of zeros, but for its last octet. */
export const copyText = (field: Uint8Array, text: string): void => {
  field.set(new TextEncoder().encode(text).subarray(0, field.length - 1));
};

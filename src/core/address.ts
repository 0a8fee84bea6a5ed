import type { ByteReader, Bytes, ByteWriter } from './bytes.ts';
import { InvalidArgumentError } from './errors.ts';

declare const canonical: unique symbol;
/** A device address in its canonical form: six upper-case octets with colons, most significant first. */
export type Address = string & { readonly [canonical]: 'Address' };

/** Vol 6, Part B, 1.3. */
export type AddressType = 'public' | 'random';

/** What an address tells of itself by its two most significant bits (Vol 6, Part B, 1.3.2). */
export type AddressKind = 'public' | 'static' | 'resolvable' | 'nonResolvable';

/** The address type octet of HCI, where 2 and 3 mean an identity that the controller resolved (Vol 4, Part E, 7.7.65.1). */
export const addressTypeFromHci = (octet: number): AddressType => ((octet & 1) === 0 ? 'public' : 'random');
export const addressTypeToHci = (type: AddressType): 0 | 1 => (type === 'public' ? 0 : 1);

const form = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/** Reads an address in any letter case, with colons or dashes or as 12 digits. Throws InvalidArgumentError. */
export const parseAddress = (text: string): Address => {
  const spread = /^[0-9a-f]{12}$/i.test(text)
    ? (text.match(/../g) ?? []).join(':')
    : text.replaceAll('-', ':');
  if (!form.test(spread)) {
    throw new InvalidArgumentError(`'${text}' is not a device address: it has the form F0:F1:F2:F3:F4:F5`);
  }
  return spread.toUpperCase() as Address;
};

const octetText = Array.from({ length: 256 }, (_, value) =>
  value.toString(16).toUpperCase().padStart(2, '0'),
);

/** The six octets at `offset`, which travel least significant first. The caller has checked the length. */
export const addressAt = (bytes: Uint8Array, offset: number): Address => {
  let text = octetText[bytes[offset + 5] ?? 0] ?? '';
  for (let i = 4; i >= 0; i--) text += `:${octetText[bytes[offset + i] ?? 0]}`;
  return text as Address;
};

/** A number that stands for address and type together: a map key that needs no string. */
export const addressKeyAt = (bytes: Uint8Array, typeOffset: number, offset: number): number => {
  const low =
    ((bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8) | ((bytes[offset + 2] ?? 0) << 16)) >>> 0;
  const high =
    ((bytes[offset + 3] ?? 0) | ((bytes[offset + 4] ?? 0) << 8) | ((bytes[offset + 5] ?? 0) << 16)) >>> 0;
  return ((bytes[typeOffset] ?? 0) & 1) * 0x1_0000_0000_0000 + high * 0x100_0000 + low;
};

/** The number of addressKeyAt() for an address that is known already. */
export const addressKeyOf = (address: Address, type: AddressType): number =>
  (type === 'public' ? 0 : 1) * 0x1_0000_0000_0000 + Number.parseInt(address.replaceAll(':', ''), 16);

/** Whether the number of addressKeyAt() stands for a resolvable private address: its random type and the bits 01 are the highest. */
export const isResolvableKey = (key: number): boolean => Math.floor(key / 2 ** 46) === 0b101;

/** The six octets, the most significant first, as the specification's formulas write them. */
export const addressOctets = (address: Address): Bytes =>
  Uint8Array.from(address.split(':'), (octet) => Number.parseInt(octet, 16));

/** The address of six octets, the most significant first. The caller has seen to their number. */
export const addressFromOctets = (octets: Uint8Array): Address =>
  Array.from(octets, (octet) => octetText[octet] ?? '').join(':') as Address;

export const readAddress = (reader: ByteReader): Address => addressAt(reader.view(6), 0);

export const writeAddress = (writer: ByteWriter, address: Address): void => {
  for (let at = 15; at >= 0; at -= 3) writer.u8(Number.parseInt(address.slice(at, at + 2), 16));
};

export const kindOfAddress = (address: Address, type: AddressType): AddressKind => {
  if (type === 'public') return 'public';
  const top = Number.parseInt(address.slice(0, 2), 16) >> 6;
  if (top === 0b11) return 'static';
  return top === 0b01 ? 'resolvable' : 'nonResolvable';
};

import { createCipheriv } from 'node:crypto';
import { findInformation, read, Type } from './att.ts';
import type { TesterChannel } from './channel.ts';
import { bytes, type Hex, hex, items, octetAt, slice, u16, u16At } from './pdu.ts';

// The tester computes the Database Hash by itself, from what it has discovered.

const ZEROS = Buffer.alloc(16);

const encrypt = (mode: 'ecb' | 'cbc', blocks: Uint8Array): Uint8Array =>
  createCipheriv(`aes-128-${mode}`, ZEROS, mode === 'cbc' ? ZEROS : null)
    .setAutoPadding(false)
    .update(blocks);

const doubled = (block: bigint): bigint => {
  const shifted = BigInt.asUintN(128, block << 1n);
  return block >> 127n === 1n ? shifted ^ 0x87n : shifted;
};

const numberOf = (block: Uint8Array): bigint => BigInt(`0x${hex(block)}`);

/** AES-CMAC of a key of zeros (RFC 4493): the last block of CBC over the message, whose own last block a subkey has been added to. */
const cmac = (message: Uint8Array): Hex => {
  const subkey = doubled(numberOf(encrypt('ecb', ZEROS)));
  const isWhole = message.length > 0 && message.length % 16 === 0;
  const padded = Buffer.alloc(Math.max(16, Math.ceil(message.length / 16) * 16));
  padded.set(message);
  if (!isWhole) padded[message.length] = 0x80;
  const last = numberOf(padded.subarray(-16)) ^ (isWhole ? subkey : doubled(subkey));
  padded.set(bytes(last.toString(16).padStart(32, '0')), padded.length - 16);
  return hex(encrypt('cbc', padded).slice(-16));
};

/** All attributes of 16-bit types: handle and type. */
const discover = async (att: TesterChannel): Promise<readonly (readonly [number, number])[]> => {
  const found: [number, number][] = [];
  for (let start = 1; ; start = (found.at(-1)?.[0] ?? 0) + 1) {
    att.send(findInformation(start, 0xffff));
    const answer = await att.next();
    if (octetAt(answer, 0) === 0x01) return found;
    const isLong = octetAt(answer, 1) === 0x02;
    for (const item of items(slice(answer, 2), isLong ? 18 : 4)) {
      found.push([u16At(item, 0), isLong ? 0 : u16At(item, 2)]);
    }
  }
};

const withValue: readonly number[] = [
  Type.primaryService,
  Type.secondaryService,
  Type.include,
  Type.characteristic,
  Type.extendedProperties,
];
const withoutValue: readonly number[] = [0x2901, 0x2902, 0x2903, 0x2904, 0x2905];

/** The hash of what the server lets be discovered, as it must be read: the least significant octet first. */
export const hashOf = async (att: TesterChannel): Promise<Hex> => {
  let message = '';
  for (const [handle, type] of await discover(att)) {
    if (withValue.includes(type)) {
      message += u16(handle) + u16(type) + slice(await att.exchange(read(handle), '0b *'), 1);
    } else if (withoutValue.includes(type)) message += u16(handle) + u16(type);
  }
  return (cmac(bytes(message)).match(/../g) ?? []).reverse().join('');
};

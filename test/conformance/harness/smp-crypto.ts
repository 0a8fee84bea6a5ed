import { createCipheriv, createECDH } from 'node:crypto';
import { bytes, type Hex, hex } from './pdu.ts';

// The tester's own arithmetic (Vol 3, Part H, 2.2), in numbers and in the order of the formulas. It judges the stack and shares nothing with it.

/** Hexadecimal digits the other way round: as they travel. */
export const wire = (digits: Hex): Hex => hex(bytes(digits).reverse());

const e = (key: Hex, block: Hex): Hex => {
  const cipher = createCipheriv('aes-128-ecb', bytes(key), null).setAutoPadding(false);
  return cipher.update(bytes(block)).toString('hex');
};

const number = (digits: Hex): bigint => BigInt(`0x${digits}`);
const digits = (value: bigint, octets: number): Hex => value.toString(16).padStart(octets * 2, '0');
const xor = (a: Hex, b: Hex): Hex => digits(number(a) ^ number(b), a.length / 2);

const TOP = 1n << 127n;
const double = (value: bigint): bigint =>
  ((value << 1n) & ((1n << 128n) - 1n)) ^ ((value & TOP) === 0n ? 0n : 0x87n);

export const cmac = (key: Hex, message: Hex): Hex => {
  const k1 = double(number(e(key, '00'.repeat(16))));
  const blocks = message.match(/.{1,32}/g) ?? [''];
  const last = blocks.pop() ?? '';
  let state = '00'.repeat(16);
  for (const block of blocks) state = e(key, xor(state, block));
  const isWhole = last.length === 32;
  const padded = isWhole ? last : `${last}80`.padEnd(32, '0');
  return e(key, xor(xor(state, padded), digits(isWhole ? k1 : double(k1), 16)));
};

/** `initiator` and `responder` are seven octets: type and address. */
export const c1 = (k: Hex, r: Hex, preq: Hex, pres: Hex, initiator: Hex, responder: Hex): Hex => {
  const p1 = pres + preq + responder.slice(0, 2) + initiator.slice(0, 2);
  const p2 = `00000000${initiator.slice(2)}${responder.slice(2)}`;
  return e(k, xor(e(k, xor(r, p1)), p2));
};

export const s1 = (k: Hex, r1: Hex, r2: Hex): Hex => e(k, r1.slice(16) + r2.slice(16));

export const f4 = (u: Hex, v: Hex, x: Hex, z: Hex): Hex => cmac(x, u + v + z);

export const f5 = (
  w: Hex,
  n1: Hex,
  n2: Hex,
  a1: Hex,
  a2: Hex,
): { readonly macKey: Hex; readonly ltk: Hex } => {
  const t = cmac('6c888391aaf5a53860370bdb5a6083be', w);
  const of = (counter: Hex): Hex => cmac(t, `${counter}62746c65${n1}${n2}${a1}${a2}0100`);
  return { macKey: of('00'), ltk: of('01') };
};

export const f6 = (w: Hex, n1: Hex, n2: Hex, r: Hex, ioCap: Hex, a1: Hex, a2: Hex): Hex =>
  cmac(w, n1 + n2 + r + ioCap + a1 + a2);

/** Six decimal digits. */
export const g2 = (u: Hex, v: Hex, x: Hex, y: Hex): string =>
  ((number(cmac(x, u + v + y)) & 0xffffffffn) % 1_000_000n).toString().padStart(6, '0');

export const randomOctets = (length: number): Hex => hex(crypto.getRandomValues(new Uint8Array(length)));

const ah = (k: Hex, r: Hex): Hex => e(k, r.padStart(32, '0')).slice(-6);

/** A resolvable private address as one writes it. */
export const privateAddress = (irk: Hex): string => {
  const prand = digits((number(randomOctets(3)) & 0x3fffffn) | 0x400000n, 3);
  return (`${prand}${ah(irk, prand)}`.match(/../g) ?? []).join(':').toUpperCase();
};

/** Whether an address is private, and made with this key. */
export const isMadeWith = (irk: Hex, address: string): boolean => {
  const octets = address.replaceAll(':', '').toLowerCase();
  return (
    (Number.parseInt(octets.slice(0, 2), 16) & 0xc0) === 0x40 &&
    ah(irk, octets.slice(0, 6)) === octets.slice(6)
  );
};

export interface TesterKeys {
  readonly privateKey: Hex;
  readonly x: Hex;
  readonly y: Hex;
}

/** A new pair of keys whose private half is even, as the suite has it for keys that are spoilt afterwards. */
export const newKeys = (): TesterKeys => {
  for (;;) {
    const ecdh = createECDH('prime256v1');
    const point = ecdh.generateKeys('hex');
    const privateKey = ecdh.getPrivateKey('hex').padStart(64, '0');
    if (Number.parseInt(privateKey.slice(-1), 16) % 2 === 0)
      return { privateKey, x: point.slice(2, 66), y: point.slice(66) };
  }
};

export const dhKeyOf = ({ privateKey }: TesterKeys, x: Hex, y: Hex): Hex => {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(privateKey, 'hex');
  return ecdh.computeSecret(`04${x}${y}`, 'hex', 'hex');
};

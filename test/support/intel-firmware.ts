/** Firmware files of Intel's as Linux's btintel.c reads them. Made up: no chip runs them. */
import { pattern } from './realtek-firmware.ts';

const le = (value: number, octets: number): number[] =>
  Array.from({ length: octets }, (_, index) => Math.floor(value / 256 ** index) % 256);

/** A CSS header: module type, and the version at octet 8. */
const css = (version: number): number[] => [
  ...le(0x06, 4),
  ...le(0xa1, 4),
  ...le(version, 4),
  ...pattern(1, 116),
];

export interface Sfi {
  /** Whether it has the header for the engine of elliptic curves too. */
  readonly both?: boolean;
  readonly bootAddress?: number;
  /** Lengths of the parameters of its commands, before the one with the boot parameters. */
  readonly lengths?: readonly number[];
  readonly rsaVersion?: number;
  readonly ecdsaVersion?: number;
}

export const rsaKey = pattern(2, 256);
export const rsaSignature = pattern(3, 256);
export const ecdsaKey = pattern(4, 96);
export const ecdsaSignature = pattern(5, 96);

/** HCI commands, each with opcode and length: a write to memory, and Intel_NOP where it has to come out even. */
export const commandsOf = ({
  lengths = [249, 40, 100, 1],
  bootAddress = 0x0010_0800,
}: Sfi = {}): Uint8Array => {
  const octets: number[] = [];
  const add = (opcode: number, parameters: Iterable<number>): void => {
    const body = [...parameters];
    octets.push(...le(opcode, 2), body.length, ...body);
  };
  for (const [index, length] of lengths.entries()) add(0xfc8e, pattern(index + 6, length));
  // With its own header this one has ten octets.
  const padding = (8 - ((octets.length + 10 + 3) % 4)) % 4;
  add(0xfc00, new Uint8Array(padding));
  add(0xfc0e, [...le(bootAddress, 4), 11, 22, 33]);
  return Uint8Array.from(octets);
};

export const sfi = (options: Sfi = {}): Uint8Array => {
  const { both = true, rsaVersion = 0x0001_0000, ecdsaVersion = 0x0002_0000 } = options;
  const ecdsa = both ? [...css(ecdsaVersion), ...ecdsaKey, ...ecdsaSignature] : [];
  // Four octets between key and signature: the exponent.
  const rsa = [...css(rsaVersion), ...rsaKey, ...le(0x1_0001, 4), ...rsaSignature];
  return Uint8Array.from([...rsa, ...ecdsa, ...commandsOf(options)]);
};

/** Settings: length, identifier, value. */
export const ddc = Uint8Array.of(3, 0x28, 0x01, 0x00, 4, 0x05, 0x01, 0xaa, 0xbb);

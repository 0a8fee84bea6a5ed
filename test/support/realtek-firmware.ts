/** Firmware files of Realtek's as the structs of Linux's btrtl.h lay them out. Made up: no chip runs them. */

/** Octets that differ by the seed and are no run of one value. */
export const pattern = (seed: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + seed * 31) & 0xff);

/** struct rtl_common_subsec, and struct rtl_sec_hdr, which names a key. */
export interface Part {
  readonly eco: number;
  readonly prio: number;
  readonly keyId?: number;
  readonly data: Uint8Array;
  /** What its length field claims, where that is another. */
  readonly claims?: number;
}

/** struct rtl_section with struct rtl_section_hdr. */
export interface Section {
  readonly opcode: number;
  readonly parts: readonly Part[];
  readonly claimsParts?: number;
  readonly claimsLength?: number;
}

export interface SecondForm {
  readonly sections: readonly Section[];
  readonly project?: number;
  readonly claimsSections?: number;
}

const le = (value: number, octets: number): number[] =>
  Array.from({ length: octets }, (_, index) => Math.floor(value / 256 ** index) % 256);

const partOctets = ({ eco, prio, keyId = 0, data, claims }: Part): number[] => [
  eco,
  prio,
  keyId,
  0,
  ...le(claims ?? data.length, 4),
  ...data,
];

const sectionOctets = ({ opcode, parts, claimsParts, claimsLength }: Section): number[] => {
  const content = [...le(claimsParts ?? parts.length, 2), 0, 0, ...parts.flatMap(partOctets)];
  return [...le(opcode, 4), ...le(claimsLength ?? content.length, 4), ...content];
};

/** Ends with the instruction that names the project, to be read backwards, and the signature of the extension. */
export const secondForm = ({ sections, project = 25, claimsSections }: SecondForm): Uint8Array =>
  Uint8Array.from([
    ...[...'RTBTCore'].map((letter) => letter.charCodeAt(0)),
    ...pattern(9, 8),
    ...le(claimsSections ?? sections.length, 4),
    ...sections.flatMap(sectionOctets),
    ...[project, 0x01, 0x00],
    ...[0x51, 0x04, 0xfd, 0x77],
  ]);

import { ByteReader, readU16, viewOf } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';
import type { IntelEngine } from './intel-version.ts';

/** What a fragment of Intel_Secure_Send carries. */
const IntelFragment = { init: 0, data: 1, signature: 2, publicKey: 3 } as const;

export interface IntelFragmentData {
  readonly type: number;
  readonly data: Uint8Array;
}

export interface IntelFirmware {
  /** In the order in which they are sent. */
  readonly fragments: readonly IntelFragmentData[];
  /** From where the firmware is started. */
  readonly bootAddress: number;
}

/** Octets of one Intel_Secure_Send. */
const FRAGMENT_LENGTH = 252;
const WRITE_BOOT_PARAMS = 0xfc0e;
const COMMAND_HEADER_LENGTH = 3;
const CSS_LENGTH = 128;
const CSS_VERSION_OFFSET = 8;
/** The first octet of a header. */
const CSS_TYPE = 0x06;

interface Header {
  readonly begin: number;
  readonly publicKey: readonly [offset: number, length: number];
  readonly signature: readonly [offset: number, length: number];
  readonly length: number;
  readonly cssVersion: number;
}

/** Four octets between key and signature are not sent. */
const rsa: Header = {
  begin: 0,
  publicKey: [128, 256],
  signature: [388, 256],
  length: 644,
  cssVersion: 0x0001_0000,
};

const ecdsa: Header = {
  begin: rsa.length,
  publicKey: [128, 96],
  signature: [224, 96],
  length: 320,
  cssVersion: 0x0002_0000,
};

const headers: Readonly<Record<IntelEngine, Header>> = { rsa, ecdsa };

const malformed = (why: string): MalformedPduError =>
  new MalformedPduError(`the Intel firmware file cannot be read: ${why}`);

/**
 * Reads an .sfi file: a header for each engine that checks it, and HCI commands behind, which the chip carries out itself. Chips from before the engine of elliptic curves
 * have files without its header.
 *
 * @throws MalformedPduError for a file of another form, that is cut, or whose commands do not come out even.
 */
export const parseSfi = (file: Uint8Array, engine: IntelEngine, hasBothHeaders: boolean): IntelFirmware => {
  const begin = rsa.length + (hasBothHeaders ? ecdsa.length : 0);
  if (file.length <= begin) throw malformed('it is cut within its header');
  if (hasBothHeaders) for (const header of [rsa, ecdsa]) checkHeader(file, header);
  const payload = viewOf(file, begin, file.length - begin);
  return {
    fragments: [...headerFragments(file, headers[engine]), ...dataFragments(payload)],
    bootAddress: bootAddressOf(payload),
  };
};

const checkHeader = (file: Uint8Array, { begin, cssVersion }: Header): void => {
  const version = new ByteReader(file, begin + CSS_VERSION_OFFSET).u32();
  if (version !== cssVersion || (begin > 0 && file[begin] !== CSS_TYPE)) {
    throw malformed(`the header at octet ${begin} is of version 0x${version.toString(16)}`);
  }
};

const headerFragments = (
  file: Uint8Array,
  { begin, publicKey, signature }: Header,
): readonly IntelFragmentData[] => {
  const part = ([offset, length]: Header['publicKey']): Uint8Array => viewOf(file, begin + offset, length);
  return [
    ...cut(IntelFragment.init, part([0, CSS_LENGTH])),
    ...cut(IntelFragment.publicKey, part(publicKey)),
    ...cut(IntelFragment.signature, part(signature)),
  ];
};

const cut = (type: number, data: Uint8Array): IntelFragmentData[] => {
  const count = Math.ceil(data.length / FRAGMENT_LENGTH);
  return Array.from({ length: count }, (_, n) => ({
    type,
    data: data.subarray(n * FRAGMENT_LENGTH, (n + 1) * FRAGMENT_LENGTH),
  }));
};

/** Where each command ends. */
const commandEnds = (payload: Uint8Array): number[] => {
  const ends: number[] = [];
  for (let at = 0; at < payload.length; ) {
    const length = payload[at + COMMAND_HEADER_LENGTH - 1];
    const end = at + COMMAND_HEADER_LENGTH + (length ?? 0);
    if (length === undefined || end > payload.length)
      throw malformed(`it ends within the command at octet ${at} of its commands`);
    ends.push(end);
    at = end;
  }
  return ends;
};

/** As many commands at once as make a multiple of four octets. */
const dataFragments = (payload: Uint8Array): IntelFragmentData[] => {
  const fragments: IntelFragmentData[] = [];
  let begin = 0;
  for (const end of commandEnds(payload)) {
    if ((end - begin) % 4 !== 0) continue;
    for (const fragment of cut(IntelFragment.data, payload.subarray(begin, end))) fragments.push(fragment);
    begin = end;
  }
  if (begin < payload.length) throw malformed('its commands are no multiple of four octets');
  return fragments;
};

const bootAddressOf = (payload: Uint8Array): number => {
  let begin = 0;
  for (const end of commandEnds(payload)) {
    if (readU16(payload, begin) === WRITE_BOOT_PARAMS)
      return new ByteReader(payload, begin + COMMAND_HEADER_LENGTH, end).u32();
    begin = end;
  }
  return 0;
};

/**
 * Reads a .ddc file: settings, each with its length before it, which is sent along.
 *
 * @throws MalformedPduError for a file that ends within a setting.
 */
export const parseDdc = (file: Uint8Array): readonly Uint8Array[] => {
  const settings: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const end = at + 1 + (file[at] ?? 0);
    if (end > file.length)
      throw new MalformedPduError(`the .ddc file ends within the setting at octet ${at}`);
    settings.push(file.subarray(at, end));
    at = end;
  }
  return settings;
};

import { readU16 } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';
import { realtekSections } from './realtek-sections.ts';

/** Octets of one Realtek_Download. */
const FRAGMENT_LENGTH = 252;
/** Indices of fragments run to this one, and then from 1 again. */
const LAST_INDEX = 0x7f;
const LAST_FRAGMENT = 0x80;

const HEADER_LENGTH = 14;
/** For each patch: chip (2), length (2), offset (4), in three lists. */
const ENTRY_LENGTH = 8;
const TRAILER_LENGTH = 4;
/** The end of a file, and before it the instruction that names the project. */
const PROJECT_TAIL_LENGTH = 7;

/** What the chip has told of itself, that the file is read by. */
export interface RealtekChipFacts {
  readonly project: number;
  readonly romVersion: number;
  /** Of the key that it checks firmware with, 0 for one that checks none. */
  readonly keyId: number;
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((letter, index) => bytes[index] === letter.charCodeAt(0));

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The last octets of every file. */
const isEnd = (file: Uint8Array): boolean =>
  [0x51, 0x04, 0xfd, 0x77].every((octet, index) => file[file.length - 4 + index] === octet);

const malformed = (why: string): MalformedPduError =>
  new MalformedPduError(`the Realtek firmware file cannot be read: ${why}`);

/** Whether the file is of the second form, which chips of one kind with differing keys share. */
export const isRealtekSecondForm = (file: Uint8Array): boolean => startsWith(file, 'RTBTCore');

/** Which chip the file is for: instructions stand before its end, each of data, length and opcode, and are read backwards. */
const projectOf = (file: Uint8Array): number => {
  let at = file.length - 4;
  while (at >= HEADER_LENGTH + 2) {
    const opcode = file[at - 1];
    const length = file[at - 2] ?? 0;
    if (opcode === 0xff || length === 0) break;
    if (opcode === 0x00 && length === 1) return file[at - 3] ?? 0;
    at -= 2 + length;
  }
  throw malformed('it does not say which chip it is for');
};

/**
 * What is downloaded into one chip.
 *
 * @throws MalformedPduError for a file of another form, for another chip, that is cut, or that has nothing for this revision.
 */
export const realtekPatch = (file: Uint8Array, chip: RealtekChipFacts): Uint8Array => {
  const isSecondForm = isRealtekSecondForm(file);
  if (!isSecondForm && !startsWith(file, 'Realtech')) throw malformed('it does not begin as such files do');
  if (file.length < HEADER_LENGTH + 4 || !isEnd(file)) throw malformed('it does not end as such files do');
  const found = projectOf(file);
  if (found !== chip.project) {
    throw malformed(`it is for project ${found}, and the chip is of project ${chip.project}`);
  }
  return isSecondForm ? realtekSections(file.subarray(0, -PROJECT_TAIL_LENGTH), chip) : onePatch(file, chip);
};

/** Of the first form: the patch for the chip's revision, with the version of the firmware in the place of its last four octets. */
const onePatch = (file: Uint8Array, { romVersion }: RealtekChipFacts): Uint8Array => {
  const count = readU16(file, 12);
  const lengths = HEADER_LENGTH + 2 * count;
  const offsets = lengths + 2 * count;
  if (HEADER_LENGTH + ENTRY_LENGTH * count > file.length) throw malformed('its list of patches is cut');
  for (let index = 0; index < count; index++) {
    if (readU16(file, HEADER_LENGTH + 2 * index) !== romVersion + 1) continue;
    const length = readU16(file, lengths + 2 * index);
    const offset = viewOf(file).getUint32(offsets + 4 * index, true);
    if (length < TRAILER_LENGTH || offset + length > file.length) throw malformed('the patch is cut');
    const patch = file.slice(offset, offset + length);
    // The version of the firmware, as it stands in the header.
    patch.set(file.subarray(8, 12), length - TRAILER_LENGTH);
    return patch;
  }
  throw malformed(`it has no patch for ROM version ${romVersion}`);
};

export interface RealtekFragment {
  readonly index: number;
  readonly data: Uint8Array;
}

/** What is downloaded, in pieces. The last one is marked, and empty where the octets come out even. */
export const realtekFragments = (image: Uint8Array): readonly RealtekFragment[] => {
  const count = Math.floor(image.length / FRAGMENT_LENGTH) + 1;
  return Array.from({ length: count }, (_, n) => ({
    index: (n <= LAST_INDEX ? n : ((n - 1) % LAST_INDEX) + 1) | (n === count - 1 ? LAST_FRAGMENT : 0),
    data: image.subarray(n * FRAGMENT_LENGTH, (n + 1) * FRAGMENT_LENGTH),
  }));
};

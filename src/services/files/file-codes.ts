import { parseUuid } from '../../core/uuid.ts';

// The numbers of the file protocol: docs/files.md.

/** The service that says where the channel is. */
export const FILE_SERVICE = parseUuid('965f0001-0d76-490c-b129-009cace3b910');
/** Its one characteristic: the version of the protocol, and the SPSM. */
export const FILE_ENDPOINT = parseUuid('965f0002-0d76-490c-b129-009cace3b910');

/** A server and a client of other versions do not understand each other. */
export const FILE_PROTOCOL_VERSION = 1;

/** Octets of the longest message that this side takes: with its length it fills eight frames of the usual size. */
export const FILE_MTU = 1_974;
/** What each side has to take at the least, so that every message but DATA fits whatever it says. */
export const MIN_FILE_MTU = 512;

/** Entries that a listing may have. */
export const MAX_LISTED_FILES = 10_000;

/** How long either side may be silent where it should speak. */
export const FILE_SILENCE_MS = 30_000;
/** How long the last word may take to be heard, until whoever said it closes the channel. */
export const FILE_CLOSE_MS = 2_000;

export const FileOpcode = {
  list: 0x01,
  get: 0x02,
  put: 0x03,
  entries: 0x10,
  offer: 0x11,
  start: 0x20,
  data: 0x21,
  done: 0x22,
  error: 0x23,
} as const;

/** Why a transfer or a listing failed. */
export const FileErrorReason = {
  malformed: 0x01,
  notSupported: 0x02,
  invalidName: 0x03,
  notFound: 0x04,
  alreadyExists: 0x05,
  notPermitted: 0x06,
  tooLarge: 0x07,
  noSpace: 0x08,
  busy: 0x09,
  checksumMismatch: 0x0a,
  storageFailed: 0x0b,
  timedOut: 0x0c,
  changed: 0x0d,
} as const;
/** A reason of this table, or one that a later version may have added. */
export type FileErrorReason = number;

const meanings: Readonly<Record<number, string>> = {
  [FileErrorReason.malformed]: 'Malformed: a message was malformed or out of place',
  [FileErrorReason.notSupported]: 'Not Supported: the other side knows no such request, or another version',
  [FileErrorReason.invalidName]:
    'Invalid Name: a name is 1 to 255 octets that are a file name on every system, and does not begin with a dot',
  [FileErrorReason.notFound]: 'Not Found: there is no such file; the listing shows what there is',
  [FileErrorReason.alreadyExists]: 'Already Exists: choose another name, or ask for it to be replaced',
  [FileErrorReason.notPermitted]: 'Not Permitted: it may not be read, sent or replaced there',
  [FileErrorReason.tooLarge]: 'Too Large: it is more than the other side takes',
  [FileErrorReason.noSpace]: 'No Space: there is no room for it where it should be stored',
  [FileErrorReason.busy]:
    'Busy: somebody else is sending this file, or too many are at work; try again later',
  [FileErrorReason.checksumMismatch]:
    'Checksum Mismatch: what arrived is not what was announced, and was thrown away; try again',
  [FileErrorReason.storageFailed]: 'Storage Failed: the file could not be read or written',
  [FileErrorReason.timedOut]: 'Timed Out: the other side waited too long',
  [FileErrorReason.changed]: 'Changed: the file became shorter while it was being sent; try again',
};

/** For messages: the reason by its number and name, and what to do. */
export const describeFileReason = (reason: FileErrorReason): string =>
  `0x${reason.toString(16).padStart(2, '0')}, ${meanings[reason] ?? 'a reason that this version does not know'}`;

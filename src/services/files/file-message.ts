import { MalformedPduError } from '../../core/errors.ts';
import { countedBytes, list, octets, type Pdu, pdu, rest, type Shape, u8, u64 } from '../../core/pdu.ts';
import { SHA256_LENGTH } from '../../crypto/sha256.ts';
import { FileOpcode } from './file-codes.ts';

// One SDU of the channel is one message: an octet that says which, and its fields (docs/files.md).

const FileList = pdu('LIST', FileOpcode.list, {});
const FileGet = pdu('GET', FileOpcode.get, { name: rest });
const FilePut = pdu('PUT', FileOpcode.put, {
  flags: u8,
  size: u64,
  digest: octets(SHA256_LENGTH),
  name: rest,
});
const FileEntries = pdu('ENTRIES', FileOpcode.entries, {
  entries: list({ size: u64, modifiedMs: u64, name: countedBytes }),
});
const FileOffer = pdu('OFFER', FileOpcode.offer, { size: u64, digest: octets(SHA256_LENGTH) });
const FileStart = pdu('START', FileOpcode.start, { offset: u64 });
const FileData = pdu('DATA', FileOpcode.data, { octets: rest });
const FileDone = pdu('DONE', FileOpcode.done, {});
const FileErrorMessage = pdu('ERROR', FileOpcode.error, { reason: u8 });

/** Bit of the flags of PUT; the others are reserved. */
const REPLACE = 0x01;

/** A file as a listing tells it. */
export interface FileEntry {
  readonly name: string;
  /** Octets. */
  readonly size: number;
  /** When it was changed last, in milliseconds since 1970; 0 where that is not known. */
  readonly modifiedMs: number;
}

export type FileRequest =
  | { readonly kind: 'list' }
  | { readonly kind: 'get'; readonly name: string }
  | {
      readonly kind: 'put';
      readonly name: string;
      readonly size: number;
      readonly digest: Uint8Array;
      /** Whether a file of that name may be replaced. */
      readonly replace: boolean;
    };

/** Byte fields are views on what was decoded. */
export type FileMessage =
  | FileRequest
  | { readonly kind: 'entries'; readonly entries: readonly FileEntry[] }
  | { readonly kind: 'offer'; readonly size: number; readonly digest: Uint8Array }
  | { readonly kind: 'start'; readonly offset: number }
  | { readonly kind: 'data'; readonly octets: Uint8Array }
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly reason: number }
  /** One of a later version. */
  | { readonly kind: 'unknown'; readonly opcode: number };

/** What this version sends. */
export type SentMessage = Exclude<FileMessage, { readonly kind: 'unknown' }>;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const textOf = (bytes: Uint8Array): string => {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new MalformedPduError('a name is not UTF-8', { cause });
  }
};

/** Sizes, offsets and times travel as 64 bits; what is no exact number here is none of them. */
const numberOf = (value: bigint): number => {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new MalformedPduError(`${value} is more than any size or time`);
  return Number(value);
};

/** Reads one message. Names are not checked. Throws MalformedPduError. */
export const decodeFileMessage = (bytes: Uint8Array): FileMessage => {
  const opcode = bytes[0];
  switch (opcode) {
    case undefined:
      throw new MalformedPduError('a message without an octet');
    case FileOpcode.list:
      FileList.decode(bytes, 1);
      return { kind: 'list' };
    case FileOpcode.get:
      return { kind: 'get', name: textOf(FileGet.decode(bytes, 1).name) };
    case FileOpcode.put: {
      const { flags, size, digest, name } = FilePut.decode(bytes, 1);
      return {
        kind: 'put',
        name: textOf(name),
        size: numberOf(size),
        digest,
        replace: (flags & REPLACE) !== 0,
      };
    }
    case FileOpcode.entries:
      return { kind: 'entries', entries: decodeEntries(bytes) };
    case FileOpcode.offer: {
      const { size, digest } = FileOffer.decode(bytes, 1);
      return { kind: 'offer', size: numberOf(size), digest };
    }
    case FileOpcode.start:
      return { kind: 'start', offset: numberOf(FileStart.decode(bytes, 1).offset) };
    case FileOpcode.data:
      return { kind: 'data', octets: bytes.subarray(1) };
    case FileOpcode.done:
      FileDone.decode(bytes, 1);
      return { kind: 'done' };
    case FileOpcode.error:
      return { kind: 'error', reason: FileErrorMessage.decode(bytes, 1).reason };
    default:
      return { kind: 'unknown', opcode };
  }
};

const decodeEntries = (bytes: Uint8Array): readonly FileEntry[] =>
  FileEntries.decode(bytes, 1).entries.map(({ size, modifiedMs, name }) => ({
    name: textOf(name),
    size: numberOf(size),
    modifiedMs: numberOf(modifiedMs),
  }));

/** Octets that an entry takes in a message. */
export const fileEntrySize = ({ name }: FileEntry): number => 8 + 8 + 1 + utf8.encode(name).length;

export const encodeFileMessage = (message: SentMessage): Uint8Array => {
  switch (message.kind) {
    case 'list':
      return encoded(FileList, {});
    case 'get':
      return encoded(FileGet, { name: utf8.encode(message.name) });
    case 'put':
      return encoded(FilePut, {
        flags: message.replace ? REPLACE : 0,
        size: BigInt(message.size),
        digest: message.digest,
        name: utf8.encode(message.name),
      });
    case 'entries':
      return encoded(FileEntries, {
        entries: message.entries.map(({ name, size, modifiedMs }) => ({
          size: BigInt(size),
          modifiedMs: BigInt(modifiedMs),
          name: utf8.encode(name),
        })),
      });
    case 'offer':
      return encoded(FileOffer, { size: BigInt(message.size), digest: message.digest });
    case 'start':
      return encoded(FileStart, { offset: BigInt(message.offset) });
    case 'data':
      return encoded(FileData, { octets: message.octets });
    case 'done':
      return encoded(FileDone, {});
    case 'error':
      return encoded(FileErrorMessage, { reason: message.reason });
  }
};

const encoded = <S extends Shape>(type: Pdu<S>, value: Parameters<Pdu<S>['measure']>[0]): Uint8Array => {
  const bytes = new Uint8Array(1 + type.measure(value));
  bytes[0] = type.code;
  type.encodeInto(value, bytes, 1);
  return bytes;
};

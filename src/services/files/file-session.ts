import type { Connection } from '../../gap/link/connection.ts';
import type { FileChannel } from './file-channel.ts';
import { FileErrorReason, MAX_LISTED_FILES } from './file-codes.ts';
import { FileError } from './file-error.ts';
import { type FileEntry, type FileRequest, fileEntrySize } from './file-message.ts';
import { isFileName } from './file-name.ts';
import { digestOf, type FileStorage } from './file-storage.ts';
import { type FileProgress, receiveFile, sendFile } from './file-transfer.ts';

/** What a client has asked for. */
export interface FileActivity {
  readonly connection: Connection;
  readonly operation: 'list' | 'download' | 'upload';
  /** Of the file, as the client gave it; undefined for a listing. */
  readonly name: string | undefined;
}

/** What a server tells of its work. Exceptions of these are ignored. */
export interface FileServerEvents {
  begun?(activity: FileActivity): void;
  /** So many octets of how many have left or are here: first where the transfer goes on. */
  progress?(activity: FileActivity, octets: number, size: number): void;
  /** With an error where it failed. */
  ended?(activity: FileActivity, error: unknown): void;
}

export interface FileTerms {
  readonly storage: FileStorage;
  /** Which files clients may send: none, those of new names, or any. */
  readonly uploads: 'none' | 'new' | 'replace';
  /** Octets of the longest file that is taken. */
  readonly maxSize: number;
  readonly events: FileServerEvents;
}

/** Octets of an ENTRIES before the first entry. */
const ENTRIES_HEADER = 1;

/** Serves the one request of a channel. Never rejects. */
export const serveFileRequest = async (
  channel: FileChannel,
  connection: Connection,
  terms: FileTerms,
): Promise<void> => {
  const { events } = terms;
  let activity: FileActivity | undefined;
  let failure: unknown;
  try {
    await channel.conduct(async () => {
      const request = await receiveRequest(channel);
      const begun = { connection, ...describe(request) };
      activity = begun;
      tell(() => events.begun?.(begun));
      const onProgress: FileProgress = (octets, size) => tell(() => events.progress?.(begun, octets, size));
      await serve(channel, request, terms, onProgress);
    });
  } catch (error) {
    failure = error;
  }
  const over = activity;
  if (over !== undefined) tell(() => events.ended?.(over, failure));
};

const tell = (event: () => void): void => {
  try {
    event();
  } catch {
    // Who listens has failed, and the transfer shall not.
  }
};

const receiveRequest = async (channel: FileChannel): Promise<FileRequest> => {
  const message = await channel.receive();
  switch (message.kind) {
    case 'list':
    case 'get':
    case 'put':
      return message;
    case 'unknown':
      throw channel.error(FileErrorReason.notSupported, 'local');
    default:
      throw channel.error(FileErrorReason.malformed, 'local');
  }
};

const describe = (request: FileRequest): Omit<FileActivity, 'connection'> => {
  if (request.kind === 'list') return { operation: 'list', name: undefined };
  return { operation: request.kind === 'get' ? 'download' : 'upload', name: request.name };
};

const serve = (
  channel: FileChannel,
  request: FileRequest,
  terms: FileTerms,
  onProgress: FileProgress,
): Promise<void> => {
  if (request.kind === 'list') return serveList(channel, terms);
  if (!isFileName(request.name)) throw channel.error(FileErrorReason.invalidName, 'local');
  return request.kind === 'get'
    ? serveGet(channel, request.name, terms, onProgress)
    : servePut(channel, request, terms, onProgress);
};

const serveList = async (channel: FileChannel, { storage }: FileTerms): Promise<void> => {
  let entries: FileEntry[] = [];
  let size = ENTRIES_HEADER;
  for (const entry of await storage.list(MAX_LISTED_FILES)) {
    const entrySize = fileEntrySize(entry);
    if (size + entrySize > channel.mtu) {
      await channel.send({ kind: 'entries', entries });
      entries = [];
      size = ENTRIES_HEADER;
    }
    entries.push(entry);
    size += entrySize;
  }
  if (entries.length > 0) await channel.send({ kind: 'entries', entries });
  await channel.send({ kind: 'done' });
};

const serveGet = async (
  channel: FileChannel,
  name: string,
  { storage }: FileTerms,
  onProgress: FileProgress,
): Promise<void> => {
  const file = await storage.open(name);
  try {
    const { size } = file;
    const digest = await digestOf(file, size, channel.signal);
    await sendFile(channel, file, { kind: 'offer', size, digest }, onProgress);
  } finally {
    await file.close();
  }
};

const servePut = async (
  channel: FileChannel,
  { name, size, digest, replace }: Extract<FileRequest, { readonly kind: 'put' }>,
  { storage, uploads, maxSize }: FileTerms,
  onProgress: FileProgress,
): Promise<void> => {
  if (uploads === 'none') throw channel.error(FileErrorReason.notPermitted, 'local');
  if (size > maxSize) throw channel.error(FileErrorReason.tooLarge, 'local');
  const mayReplace = uploads === 'replace';
  const file = await storage
    .receive({ name, size, digest, replace: replace && mayReplace })
    .catch((error: unknown) => {
      const isTaken = error instanceof FileError && error.reason === FileErrorReason.alreadyExists;
      // Who has asked for it to be replaced shall not be told to ask for that.
      throw isTaken && replace ? channel.error(FileErrorReason.notPermitted, 'local', error) : error;
    });
  try {
    await receiveFile(channel, file, { size, digest }, onProgress);
  } finally {
    await file.close();
  }
};

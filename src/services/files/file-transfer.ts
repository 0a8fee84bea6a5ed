import type { FileChannel } from './file-channel.ts';
import { FileErrorReason } from './file-codes.ts';
import type { FileMessage, SentMessage } from './file-message.ts';
import { hasDigest, type IncomingFile, type ReadableFile } from './file-storage.ts';
import {
  advanceReceiving,
  beginReceiving,
  type ReceiveAction,
  type ReceiveEnd,
  type ReceiveInput,
} from './receive-machine.ts';
import {
  advanceSending,
  beginSending,
  type SendAction,
  type SendEnd,
  type SendInput,
} from './send-machine.ts';

/** Told how many octets of how many are there, or have left: at the beginning, from where the transfer goes on, and after each piece. */
export type FileProgress = (octets: number, size: number) => void;

/** Octets of a DATA that are no octets of the file. */
const DATA_HEADER = 1;

/** Runs the machine of send-machine.ts over a channel. `offer` is the message that announces the file. Throws FileError. */
export const sendFile = async (
  channel: FileChannel,
  file: ReadableFile,
  offer: SentMessage,
  onProgress: FileProgress = () => undefined,
): Promise<void> => {
  const buffer = new Uint8Array(channel.mtu - DATA_HEADER);
  let octets = buffer.subarray(0, 0);
  const perform = async (action: Exclude<SendAction, { readonly kind: 'end' }>): Promise<SendInput> => {
    switch (action.kind) {
      case 'offer':
        await channel.send(offer);
        return { kind: 'offered' };
      case 'receive':
        return { kind: 'received', message: await channel.receive() };
      case 'read': {
        onProgress(action.at, file.size);
        const length = await file.read(buffer.subarray(0, Math.min(buffer.length, action.limit)), action.at);
        octets = buffer.subarray(0, length);
        return { kind: 'read', length };
      }
      case 'send':
        await channel.send({ kind: 'data', octets });
        return { kind: 'sent', length: octets.length, heard: channel.hasMessage };
    }
  };
  let step = beginSending(file.size);
  while (step.action.kind !== 'end') step = advanceSending(step.state, await perform(step.action));
  checkEnd(channel, step.action.end);
  onProgress(file.size, file.size);
};

/** Runs the machine of receive-machine.ts over a channel. Throws FileError; what has arrived stays for another attempt, unless it is wrong. */
export const receiveFile = async (
  channel: FileChannel,
  file: IncomingFile,
  announced: { readonly size: number; readonly digest: Uint8Array },
  onProgress: FileProgress = () => undefined,
): Promise<void> => {
  const { size, digest } = announced;
  let message: FileMessage | undefined;
  const perform = async (action: Exclude<ReceiveAction, { readonly kind: 'end' }>): Promise<ReceiveInput> => {
    switch (action.kind) {
      case 'start':
        onProgress(action.offset, size);
        await channel.send({ kind: 'start', offset: action.offset });
        return { kind: 'told' };
      case 'receive':
        message = await channel.receive();
        return { kind: 'received', message };
      case 'store': {
        // The machine asks for it on DATA alone.
        const octets = message?.kind === 'data' ? message.octets : new Uint8Array(0);
        await file.append(octets);
        onProgress(file.length, size);
        return { kind: 'stored', length: octets.length };
      }
      case 'check':
        return { kind: 'checked', isEqual: await hasDigest(file, size, digest, channel.signal) };
      case 'keep':
        await file.keep();
        return { kind: 'kept' };
      case 'discard':
        await file.discard();
        return { kind: 'discarded' };
      case 'done':
        await channel.send({ kind: 'done' });
        return { kind: 'told' };
    }
  };
  let step = beginReceiving(size, file.length);
  while (step.action.kind !== 'end') step = advanceReceiving(step.state, await perform(step.action));
  checkEnd(channel, step.action.end);
};

const checkEnd = (channel: FileChannel, end: SendEnd | ReceiveEnd): void => {
  switch (end.kind) {
    case 'done':
      return;
    case 'refused':
      throw channel.error(end.reason, 'peer');
    case 'malformed':
      throw channel.error(FileErrorReason.malformed, 'local');
    case 'changed':
      throw channel.error(FileErrorReason.changed, 'local');
    case 'mismatch':
      throw channel.error(FileErrorReason.checksumMismatch, 'local');
  }
};

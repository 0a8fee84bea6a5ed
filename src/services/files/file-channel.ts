import { DisconnectedError, TimeoutError } from '../../core/errors.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import type { L2capChannel } from '../../gap/link/l2cap-channel.ts';
import { FILE_CLOSE_MS, FILE_MTU, FILE_SILENCE_MS, FileErrorReason, MIN_FILE_MTU } from './file-codes.ts';
import { FileError } from './file-error.ts';
import { decodeFileMessage, encodeFileMessage, type FileMessage, type SentMessage } from './file-message.ts';

/** Messages over one L2CAP channel, which serves one request. */
export class FileChannel {
  /** For messages of errors, as it continues "while". */
  readonly what: string;
  readonly signal: AbortSignal | undefined;
  readonly #channel: L2capChannel;
  readonly #timeoutMs: number;
  #spokeLast = false;

  /** `timeoutMs`: how long the peer may be silent, or give no room, where it is its turn. */
  constructor(channel: L2capChannel, what: string, { timeoutMs = FILE_SILENCE_MS, signal }: WaitOptions) {
    this.#channel = channel;
    this.what = what;
    this.signal = signal;
    this.#timeoutMs = timeoutMs;
  }

  /** Octets of the longest message that may be sent. */
  get mtu(): number {
    return Math.min(this.#channel.peerMtu, FILE_MTU);
  }

  /** Whether a message waits to be received. */
  get hasMessage(): boolean {
    return this.#channel.available > 0;
  }

  async send(message: SentMessage): Promise<void> {
    await this.#channel.send(encodeFileMessage(message), { timeoutMs: this.#timeoutMs, signal: this.signal });
    this.#spokeLast = true;
  }

  /** Throws FileError for what is no message. */
  async receive(): Promise<FileMessage> {
    const sdu = await this.#channel.receive({ timeoutMs: this.#timeoutMs, signal: this.signal });
    this.#spokeLast = false;
    try {
      return decodeFileMessage(sdu);
    } catch (cause) {
      throw this.error(FileErrorReason.malformed, 'local', cause);
    }
  }

  error(reason: FileErrorReason, origin: 'local' | 'peer', cause?: unknown): FileError {
    return new FileError(this.what, { reason, origin, cause });
  }

  /**
   * Does what the channel was opened for, and closes it. A failure of this side is told to the peer. Who has heard the last word closes; who has said it gives the
   * peer a little time to do so, because a channel that is closed loses what has not been read.
   */
  async conduct<T>(work: () => Promise<T>): Promise<T> {
    try {
      this.#check();
      return await work();
    } catch (error) {
      const reason = this.signal?.aborted === true ? undefined : reasonToTell(error);
      this.#spokeLast = reason !== undefined && (await this.#tell(reason));
      throw error;
    } finally {
      if (this.#spokeLast) await this.#hearEnd();
      await this.#channel[Symbol.asyncDispose]();
    }
  }

  /** Messages that a peer of smaller SDUs would get in pieces cannot be told apart. */
  #check(): void {
    if (this.mtu < MIN_FILE_MTU) throw this.error(FileErrorReason.malformed, 'local');
  }

  async #tell(reason: FileErrorReason): Promise<boolean> {
    try {
      await this.#channel.send(encodeFileMessage({ kind: 'error', reason }), { timeoutMs: FILE_CLOSE_MS });
      return true;
    } catch {
      // The channel is gone, or takes nothing: there is nobody to tell.
      return false;
    }
  }

  /** Throws away what comes until the peer closes the channel, or has had its time. */
  async #hearEnd(): Promise<void> {
    const over = new AbortController();
    const dropping = this.#drop(over.signal);
    try {
      await this.#channel.disconnected({ timeoutMs: FILE_CLOSE_MS, signal: this.signal });
    } catch {
      // It is closed here now.
    }
    over.abort();
    await dropping;
  }

  async #drop(signal: AbortSignal): Promise<void> {
    try {
      for (;;) await this.#channel.receive({ signal });
    } catch {
      // Over, one way or the other.
    }
  }
}

/** What the peer is to know of an error; nothing where it was the peer's own verdict, or there is no link any more. */
const reasonToTell = (error: unknown): FileErrorReason | undefined => {
  if (error instanceof FileError) return error.origin === 'local' ? error.reason : undefined;
  if (error instanceof DisconnectedError) return undefined;
  return error instanceof TimeoutError ? FileErrorReason.timedOut : FileErrorReason.storageFailed;
};

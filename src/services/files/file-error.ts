import { BleError, ErrorCode } from '../../core/errors.ts';
import { describeFileReason, type FileErrorReason } from './file-codes.ts';

export interface FileErrorOptions extends ErrorOptions {
  /** See FileErrorReason. */
  readonly reason: FileErrorReason;
  /** Whose verdict it is; `local` unless given. */
  readonly origin?: 'local' | 'peer' | undefined;
}

/** A transfer or a listing of files failed. Storages throw it too: the peer is told the reason, and no more. */
export class FileError extends BleError {
  readonly code = ErrorCode.file;
  /** See FileErrorReason. */
  readonly reason: FileErrorReason;
  /** Whose verdict it was. */
  readonly origin: 'local' | 'peer';
  /** The reason by its number and name, and what to do: the message without what was being done. */
  readonly meaning: string;

  /** `what` was being done, as it continues with a colon. */
  constructor(what: string, options: FileErrorOptions) {
    const meaning = describeFileReason(options.reason);
    super(`${what}: ${meaning}`, options);
    this.meaning = meaning;
    this.reason = options.reason;
    this.origin = options.origin ?? 'local';
  }
}

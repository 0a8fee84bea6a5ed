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

  /** `what` was being done, as it continues with a colon. */
  constructor(what: string, options: FileErrorOptions) {
    super(`${what}: ${describeFileReason(options.reason)}`, options);
    this.reason = options.reason;
    this.origin = options.origin ?? 'local';
  }
}

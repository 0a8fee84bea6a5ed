import { BleError, ErrorCode } from '../../core/errors.ts';
import { describeFileReason, type FileErrorReason } from './file-codes.ts';

/** A transfer or a listing of files failed. `origin` says whose verdict it was; storages throw it as `local`. */
export class FileError extends BleError {
  readonly code = ErrorCode.file;
  /** See FileErrorReason. */
  readonly reason: FileErrorReason;
  readonly origin: 'local' | 'peer';

  constructor(what: string, reason: FileErrorReason, origin: 'local' | 'peer', options?: ErrorOptions) {
    super(`${what}: ${describeFileReason(reason)}`, options);
    this.reason = reason;
    this.origin = origin;
  }
}

import { HciError } from '../core/errors.ts';
import { HciCommand } from '../hci/codec/commands.ts';
import { describeStatus, HciErrorCode } from '../hci/codec/error-codes.ts';

/**
 * The error of a link that is not encrypted, with the status of the controller, or with PIN or Key Missing where a central shows in another way that it has no key: what there
 * is to do about it is the same in both roles.
 */
export const encryptionFailure = (peer: string, status: number, isBonded: boolean): HciError => {
  const lost =
    status === HciErrorCode.pinOrKeyMissing && isBonded
      ? '; it has lost the bond, or is somebody else: see that it is the one, then pair again, or remove the bond'
      : '';
  const text = `the link to ${peer} is not encrypted: ${describeStatus(status)}${lost}`;
  return new HciError(text, status, HciCommand.leEnableEncryption.opcode);
};

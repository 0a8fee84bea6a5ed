import { AttErrorCode } from '../../att/att-codes.ts';
import { copyBytes } from '../../core/bytes.ts';
import { ALLOWED, checkAccess } from '../access.ts';
import type { Signature } from '../data-signing.ts';
import type { Attribute } from './attribute.ts';
import { refusal, type ServerContext } from './server-context.ts';
import { requireLength, write } from './server-write.ts';

interface SignedWriteCommand {
  readonly attributeHandle: number;
  readonly attributeValue: Uint8Array;
  readonly signedMessage: Uint8Array;
  readonly authenticationSignature: Uint8Array;
}

/**
 * Signed Write Command (Vol 3, Part F, 3.4.5.4): what is not signed as it should be, and what cannot be written, is ignored and counted (Vol 3, Part C, 10.4.2). The signature is checked when it
 * comes. In the command's turn its counter is kept first, whatever becomes of the value, so that it cannot come again; a client that has gone by then has still written.
 */
export const obeySignedWrite = (context: ServerContext, command: SignedWriteCommand): void => {
  const { link, writeCommands } = context.session;
  const drop = (why: unknown): void => {
    context.counters.add('signedWritesDropped');
    context.log.write('debug', 'gatt', () => `signed write of ${link.what} ignored: ${String(why)}`);
  };
  const { signing } = link;
  // Enhanced bearers, which are for no signed writes, are there on encrypted links alone.
  if (signing?.applies !== true) {
    drop('the link is encrypted, or nothing is known that could check it');
    return;
  }
  const signature = signing.verify(command.signedMessage, command.authenticationSignature);
  if (signature === undefined) {
    drop('it is not signed by a bonded client, or has come before');
    return;
  }
  const attribute = context.database.get(command.attributeHandle);
  const value = copyBytes(command.attributeValue);
  const obey = async (): Promise<void> => {
    try {
      if (!(await signature.redeem())) throw new Error('it has come before, or the bond has gone');
      await writeSigned(context, signature, command.attributeHandle, attribute, value);
    } catch (error) {
      drop(error);
    }
  };
  if (!writeCommands.run(obey)) drop('too many wait for the handler');
};

const writeSigned = async (
  context: ServerContext,
  signature: Signature,
  handle: number,
  attribute: Attribute | undefined,
  value: Uint8Array,
): Promise<void> => {
  const { database, session } = context;
  if (attribute === undefined || database.get(handle) !== attribute)
    throw refusal(context, AttErrorCode.invalidHandle, handle);
  const status = checkAccess(attribute.permissions, 'signedWrite', signature);
  if (status !== ALLOWED) throw refusal(context, status, handle);
  requireLength(context, attribute, value.length);
  await attribute.authorize?.(session, 'signedWrite');
  // While the user thinks the attribute may go.
  if (database.get(handle) !== attribute) throw refusal(context, AttErrorCode.databaseOutOfSync, handle);
  await write(context, attribute, value, false);
};

import { AttErrorCode } from '../../att/att-codes.ts';
import { readU16, writeU16 } from '../../core/bytes.ts';
import { AttError } from '../../core/errors.ts';
import type { Uuid } from '../../core/uuid.ts';
import { CLIENT_CONFIGURATION_BITS, ClientConfiguration } from '../gatt-codes.ts';
import type { AttributeSource } from './attribute.ts';
import type { ServerSession } from './server-session.ts';

/** What a Client Characteristic Configuration descriptor belongs to. */
export interface ConfigurationOwner {
  readonly what: string;
  readonly uuid: Uuid;
  readonly notify: boolean;
  readonly indicate: boolean;
  /** Called after the value of a client has changed. */
  changed(session: ServerSession, value: number): void;
}

/** The Client Characteristic Configuration at `handle`: each client has a value of its own (Vol 3, Part G, 3.3.3.3). */
export const configurationSource = (handle: number, owner: ConfigurationOwner): AttributeSource => {
  const possible =
    (owner.notify ? ClientConfiguration.notify : 0) | (owner.indicate ? ClientConfiguration.indicate : 0);
  return {
    maxLength: 2,
    value: (session) => {
      const value = new Uint8Array(2);
      writeU16(value, 0, session.client.configuration(handle));
      return value;
    },
    admit: (_session, bytes) => {
      if (bytes.length !== 2) {
        throw new AttError(
          `the configuration of ${owner.what} has 2 octets, not ${bytes.length}`,
          AttErrorCode.invalidAttributeValueLength,
          handle,
        );
      }
      if ((readU16(bytes, 0) & CLIENT_CONFIGURATION_BITS & ~possible) !== 0) {
        throw new AttError(`${owner.what} cannot be configured so`, AttErrorCode.valueNotAllowed, handle);
      }
    },
    commit: (session, bytes) => {
      // Reserved bits are ignored, and read back as zero.
      const value = readU16(bytes, 0) & CLIENT_CONFIGURATION_BITS;
      const before = session.client.configuration(handle);
      session.configure(handle, value, owner.uuid);
      if (before !== value) owner.changed(session, value);
    },
  };
};

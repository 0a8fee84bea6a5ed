import { AttErrorCode, MAX_ATTRIBUTE_LENGTH } from '../../att/att-codes.ts';
import { AttError } from '../../core/errors.ts';
import { CLIENT_FEATURE_BITS } from '../gatt-codes.ts';
import type { AttributeSource } from './attribute.ts';

/**
 * The Client Supported Features at `handle`: each client has a value of its own, of one octet that means something. Bits that are not defined are ignored and read
 * back as zero; those that a client has set it may not clear (Vol 3, Part G, 7.2).
 */
export const clientFeaturesSource = (handle: number): AttributeSource => ({
  maxLength: MAX_ATTRIBUTE_LENGTH,
  value: ({ client }) => Uint8Array.of(client.features),
  admit: ({ client, link }, [octet = 0]) => {
    if ((client.features & ~octet) === 0) return;
    throw new AttError(
      `${link.what} cleared a client supported feature`,
      AttErrorCode.valueNotAllowed,
      handle,
    );
  },
  commit: ({ client }, [octet = 0]) => {
    client.features = octet & CLIENT_FEATURE_BITS;
  },
});

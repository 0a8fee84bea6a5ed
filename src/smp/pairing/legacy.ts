import type { Bytes } from '../../core/bytes.ts';
import { c1 } from '../../crypto/toolbox.ts';
import { type PairingFeatures, PairingRequest, PairingResponse } from '../codec/smp-commands.ts';
import type { AuthenticationContext } from './authentication-states.ts';

const TK_LENGTH = 16;

/** A command of 7 octets, the most significant first: what travels last. */
const command = (table: typeof PairingRequest, features: PairingFeatures): Bytes =>
  Uint8Array.of(table.code, ...table.encode(features)).reverse();

/** The confirm value of either side over its random value (Vol 3, Part H, 2.3.5.5). */
export const legacyConfirm = (
  { terms, initiator, responder }: AuthenticationContext,
  tk: Uint8Array,
  random: Uint8Array,
): Bytes =>
  c1(tk, random, {
    pairingRequest: command(PairingRequest, terms.request),
    pairingResponse: command(PairingResponse, terms.response),
    initiator,
    responder,
  });

/** The temporary key where no passkey is needed: zero in Just Works, shared beforehand in Out of Band (Vol 3, Part H, 2.3.5.2 and 2.3.5.4). */
export const givenTk = ({ terms, choices }: AuthenticationContext): Uint8Array | undefined => {
  switch (terms.method) {
    case 'justWorks':
      return new Uint8Array(TK_LENGTH);
    case 'outOfBand':
      return choices.oob?.temporaryKey;
    default:
      return undefined;
  }
};

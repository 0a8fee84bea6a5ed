import type { PairingFeatures } from '../codec/smp-commands.ts';
import {
  AuthReq,
  IoCapability,
  KeyDistribution,
  LARGEST_KEY_SIZE,
  PairingFailedReason,
  SMALLEST_KEY_SIZE,
} from '../smp-codes.ts';
import type { OutOfBandData, PairingChoices } from './pairing-choices.ts';
import {
  isPasskeyEntry,
  type PairingMethod,
  type PairingRole,
  selectMethod,
  showsPasskey,
} from './pairing-method.ts';

/** What both sides have agreed on when the features are exchanged (Vol 3, Part H, 2.3). */
export interface PairingTerms {
  /** Of this side. */
  readonly role: PairingRole;
  readonly request: PairingFeatures;
  readonly response: PairingFeatures;
  readonly secureConnections: boolean;
  readonly method: PairingMethod;
  /** Octets, 7 to 16. */
  readonly keySize: number;
  readonly bonding: boolean;
  readonly keypress: boolean;
  /** What each side distributes, in bits of KeyDistribution. */
  readonly initiatorKeys: number;
  readonly responderKeys: number;
}

export type Agreement =
  | { readonly kind: 'agreed'; readonly terms: PairingTerms }
  | { readonly kind: 'refused'; readonly reason: PairingFailedReason };

const has = ({ authReq }: PairingFeatures, bit: number): boolean => (authReq & bit) !== 0;

/** AuthReq of this side, in Pairing Request, Pairing Response or Security Request (Vol 3, Part H, 3.5.1 and 3.6.7). */
export const authReqOf = (choices: PairingChoices): number =>
  (choices.bonding ? AuthReq.bonding : 0) |
  (choices.mitm === 'never' ? 0 : AuthReq.mitm) |
  (choices.secureConnections === 'never' ? 0 : AuthReq.secureConnections) |
  (choices.keypress ? AuthReq.keypress : 0);

const oobFlag = (oob: OutOfBandData | undefined, secureConnections: boolean): number =>
  (secureConnections ? oob?.peer : oob?.temporaryKey) === undefined ? 0 : 1;

/** The Pairing Request of an initiator. */
export const requestOf = (choices: PairingChoices): PairingFeatures => ({
  ioCapability: choices.ioCapability,
  oobDataFlag: oobFlag(choices.oob, choices.secureConnections !== 'never'),
  authReq: authReqOf(choices),
  maximumEncryptionKeySize: choices.maxKeySize,
  initiatorKeyDistribution: choices.give,
  responderKeyDistribution: choices.take,
});

/** The Pairing Response of a responder: it clears what the request has not offered, and bits that it does not know (3.5.2). */
export const responseOf = (choices: PairingChoices, request: PairingFeatures): PairingFeatures => {
  const secureConnections = choices.secureConnections !== 'never' && has(request, AuthReq.secureConnections);
  return {
    ioCapability: choices.ioCapability,
    oobDataFlag: oobFlag(choices.oob, secureConnections),
    authReq: authReqOf(choices),
    maximumEncryptionKeySize: choices.maxKeySize,
    initiatorKeyDistribution: request.initiatorKeyDistribution & choices.take,
    responderKeyDistribution: request.responderKeyDistribution & choices.give,
  };
};

const isIoCapability = (value: number): value is IoCapability => value <= IoCapability.keyboardDisplay;

const outOfRange = ({ oobDataFlag, maximumEncryptionKeySize }: PairingFeatures): boolean =>
  oobDataFlag > 1 ||
  maximumEncryptionKeySize < SMALLEST_KEY_SIZE ||
  maximumEncryptionKeySize > LARGEST_KEY_SIZE;

const isBonding = ({ authReq }: PairingFeatures): boolean =>
  (authReq & AuthReq.bondingFlags) === AuthReq.bonding;

/** The LinkKey bit belongs to the other transport, and EncKey is made by both sides with Secure Connections: neither is distributed. */
const distributed = (a: number, b: number, secureConnections: boolean): number => {
  const { encKey, idKey, signKey } = KeyDistribution;
  return a & b & (idKey | signKey | (secureConnections ? 0 : encKey));
};

/** A peer that says it has data of ours must have been given some. */
const hasOobData = (
  oob: OutOfBandData | undefined,
  peer: PairingFeatures,
  secureConnections: boolean,
): boolean =>
  secureConnections ? peer.oobDataFlag === 0 || oob?.own !== undefined : oob?.temporaryKey !== undefined;

/** Whether this side can do its part of a method: whoever gave a way to compare numbers and nothing else does not enter a passkey. */
const canDo = (method: PairingMethod, role: PairingRole, { can }: PairingChoices): boolean => {
  if (method === 'numericComparison') return can.compare;
  if (isPasskeyEntry(method)) return showsPasskey(method, role) ? can.show : can.enter;
  return true;
};

/** Compares what both sides have said with what this side insists on. What cannot be had is refused before anything is shown or computed. */
export const agree = (
  role: PairingRole,
  choices: PairingChoices,
  request: PairingFeatures,
  response: PairingFeatures,
): Agreement => {
  const refused = (reason: PairingFailedReason): Agreement => ({ kind: 'refused', reason });
  const peer = role === 'initiator' ? response : request;
  const { ioCapability: initiatorIo } = request;
  const { ioCapability: responderIo } = response;
  if (!isIoCapability(initiatorIo) || !isIoCapability(responderIo) || outOfRange(peer))
    return refused(PairingFailedReason.invalidParameters);

  const keySize = Math.min(request.maximumEncryptionKeySize, response.maximumEncryptionKeySize);
  if (keySize < choices.minKeySize) return refused(PairingFailedReason.encryptionKeySize);

  const both = (bit: number): boolean => has(request, bit) && has(response, bit);
  const secureConnections = both(AuthReq.secureConnections);
  if (choices.secureConnections === 'required' && !secureConnections)
    return refused(PairingFailedReason.authenticationRequirements);

  const method = selectMethod({
    secureConnections,
    initiatorOob: request.oobDataFlag === 1,
    responderOob: response.oobDataFlag === 1,
    mitm: has(request, AuthReq.mitm) || has(response, AuthReq.mitm),
    initiatorIo,
    responderIo,
  });
  if (method === 'justWorks' && choices.mitm === 'required')
    return refused(PairingFailedReason.authenticationRequirements);
  if (method === 'outOfBand' && !hasOobData(choices.oob, peer, secureConnections))
    return refused(PairingFailedReason.oobNotAvailable);
  if (!canDo(method, role, choices)) return refused(PairingFailedReason.authenticationRequirements);

  return {
    kind: 'agreed',
    terms: {
      role,
      request,
      response,
      secureConnections,
      method,
      keySize,
      bonding: isBonding(request) && isBonding(response),
      keypress: isPasskeyEntry(method) && both(AuthReq.keypress),
      initiatorKeys: distributed(
        request.initiatorKeyDistribution,
        response.initiatorKeyDistribution,
        secureConnections,
      ),
      responderKeys: distributed(
        request.responderKeyDistribution,
        response.responderKeyDistribution,
        secureConnections,
      ),
    },
  };
};

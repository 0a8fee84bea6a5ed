import type { KeyName } from 'jelling';
import { type Hex, octet, octetAt, slice } from './pdu.ts';

/** IO capabilities by the name that the API has for them. */
export const Io = {
  displayOnly: 0,
  displayYesNo: 1,
  keyboardOnly: 2,
  noInputNoOutput: 3,
  keyboardDisplay: 4,
} as const;
export type IoName = keyof typeof Io;

/** Bits of AuthReq. */
export const Auth = { none: 0, bonding: 0x01, mitm: 0x04, sc: 0x08, keypress: 0x10, reserved: 0xe0 } as const;

/** Bits of the key distribution fields. */
export const Keys = { none: 0, enc: 1, id: 2, sign: 4 } as const;

/** The same by the names that the API has for them. */
export const keyBit: Readonly<Record<KeyName, number>> = {
  encryption: Keys.enc,
  identity: Keys.id,
  signing: Keys.sign,
};

/** Reasons of Pairing Failed. */
export const Reason = {
  passkeyEntryFailed: 1,
  oobNotAvailable: 2,
  authenticationRequirements: 3,
  confirmValueFailed: 4,
  pairingNotSupported: 5,
  encryptionKeySize: 6,
  commandNotSupported: 7,
  unspecified: 8,
  repeatedAttempts: 9,
  invalidParameters: 0x0a,
  dhKeyCheckFailed: 0x0b,
  numericComparisonFailed: 0x0c,
  keyRejected: 0x0f,
  busy: 0x10,
} as const;

export interface Features {
  readonly io?: IoName | undefined;
  readonly oob?: 0 | 1 | undefined;
  readonly auth?: number | undefined;
  readonly keySize?: number | undefined;
  readonly initiatorKeys?: number | undefined;
  readonly responderKeys?: number | undefined;
}

const features = (code: number, given: Features): Hex =>
  [
    code,
    Io[given.io ?? 'noInputNoOutput'],
    given.oob ?? 0,
    given.auth ?? 0,
    given.keySize ?? 16,
    given.initiatorKeys ?? 0,
    given.responderKeys ?? 0,
  ]
    .map(octet)
    .join('');

export const pairingRequest = (given: Features = {}): Hex => features(0x01, given);
export const pairingResponse = (given: Features = {}): Hex => features(0x02, given);
export const pairingFailed = (reason: number): Hex => `05${octet(reason)}`;
export const securityRequest = (auth: number): Hex => `0b${octet(auth)}`;

/** Fields of a Pairing Request or Pairing Response as they came. */
export const fieldsOf = (pdu: Hex) => ({
  io: octetAt(pdu, 1),
  oob: octetAt(pdu, 2),
  auth: octetAt(pdu, 3),
  keySize: octetAt(pdu, 4),
  initiatorKeys: octetAt(pdu, 5),
  responderKeys: octetAt(pdu, 6),
});

/** What stands behind the code of a command. */
export const body = (pdu: Hex): Hex => slice(pdu, 1);

/** Codes of SMP commands (Vol 3, Part H, 3.3). */
export const SmpCode = {
  pairingRequest: 0x01,
  pairingResponse: 0x02,
  pairingConfirm: 0x03,
  pairingRandom: 0x04,
  pairingFailed: 0x05,
  encryptionInformation: 0x06,
  centralIdentification: 0x07,
  identityInformation: 0x08,
  identityAddressInformation: 0x09,
  signingInformation: 0x0a,
  securityRequest: 0x0b,
  pairingPublicKey: 0x0c,
  pairingDhKeyCheck: 0x0d,
  pairingKeypressNotification: 0x0e,
} as const;
export type SmpCode = (typeof SmpCode)[keyof typeof SmpCode];

/** What a device can show and be told (Vol 3, Part H, 2.3.2). */
export const IoCapability = {
  displayOnly: 0x00,
  displayYesNo: 0x01,
  keyboardOnly: 0x02,
  noInputNoOutput: 0x03,
  keyboardDisplay: 0x04,
} as const;
export type IoCapability = (typeof IoCapability)[keyof typeof IoCapability];

/** Bits of AuthReq (Vol 3, Part H, 3.5.1). The bonding flags are two bits wide, of which only 01 means bonding. */
export const AuthReq = {
  bonding: 0x01,
  bondingFlags: 0x03,
  mitm: 0x04,
  secureConnections: 0x08,
  keypress: 0x10,
  ct2: 0x20,
} as const;

/** Bits of the key distribution fields (Vol 3, Part H, 3.6.1). */
export const KeyDistribution = { encKey: 0x01, idKey: 0x02, signKey: 0x04, linkKey: 0x08 } as const;

/** Key sizes in octets (Vol 3, Part H, 2.3.4). */
export const SMALLEST_KEY_SIZE = 7;
export const LARGEST_KEY_SIZE = 16;

/** What is told of the entry of a passkey (Vol 3, Part H, 3.5.8). */
export const KeypressNotification = {
  entryStarted: 0,
  digitEntered: 1,
  digitErased: 2,
  cleared: 3,
  entryCompleted: 4,
} as const;
export type KeypressNotification = (typeof KeypressNotification)[keyof typeof KeypressNotification];

/** Reasons of Pairing Failed (Vol 3, Part H, 3.5.5). */
export const PairingFailedReason = {
  passkeyEntryFailed: 0x01,
  oobNotAvailable: 0x02,
  authenticationRequirements: 0x03,
  confirmValueFailed: 0x04,
  pairingNotSupported: 0x05,
  encryptionKeySize: 0x06,
  commandNotSupported: 0x07,
  unspecifiedReason: 0x08,
  repeatedAttempts: 0x09,
  invalidParameters: 0x0a,
  dhKeyCheckFailed: 0x0b,
  numericComparisonFailed: 0x0c,
  brEdrPairingInProgress: 0x0d,
  crossTransportKeyNotAllowed: 0x0e,
  keyRejected: 0x0f,
  busy: 0x10,
} as const;
export type PairingFailedReason = (typeof PairingFailedReason)[keyof typeof PairingFailedReason];

const reasonNames: Readonly<Record<PairingFailedReason, string>> = {
  1: 'Passkey Entry Failed',
  2: 'OOB Not Available',
  3: 'Authentication Requirements',
  4: 'Confirm Value Failed',
  5: 'Pairing Not Supported',
  6: 'Encryption Key Size',
  7: 'Command Not Supported',
  8: 'Unspecified Reason',
  9: 'Repeated Attempts',
  10: 'Invalid Parameters',
  11: 'DHKey Check Failed',
  12: 'Numeric Comparison Failed',
  13: 'BR/EDR Pairing in Progress',
  14: 'Cross-transport Key Derivation/Generation Not Allowed',
  15: 'Key Rejected',
  16: 'Busy',
};

const isKnownReason = (reason: number): reason is PairingFailedReason => Object.hasOwn(reasonNames, reason);

/** `Pairing Not Supported (0x05)`. */
export const pairingFailedReasonName = (reason: number): string => {
  const code = `0x${reason.toString(16).padStart(2, '0').toUpperCase()}`;
  return isKnownReason(reason) ? `${reasonNames[reason]} (${code})` : `reserved reason ${code}`;
};

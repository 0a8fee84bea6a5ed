/** Dynamically allocated channel identifiers of an LE link (Vol 3, Part A, 2.1). */
export const FIRST_DYNAMIC_CID = 0x0040;
export const LAST_DYNAMIC_CID = 0x007f;

/** Simplified protocol/service multiplexers of LE: the lower half is assigned, from 0x80 on they are anybody's (Vol 3, Part A, 4.22). */
export const FIRST_SPSM = 0x0001;
export const LAST_SPSM = 0x00ff;

/** The smallest MTU and MPS of LE credit-based flow control mode (Vol 3, Part A, 4.22). */
export const MIN_CREDIT_SIZE = 23;
/** The smallest MTU and MPS of the enhanced mode (Vol 3, Part A, 4.25). */
export const MIN_ENHANCED_SIZE = 64;
/** Channels that one request of the enhanced mode opens at the most (Vol 3, Part A, 4.25). */
export const MAX_CHANNELS_AT_ONCE = 5;
export const MAX_MTU = 0xffff;
/** The largest MPS (Vol 3, Part A, 4.22). */
export const MAX_MPS = 65_533;

/** What either side may have in credits at the most (Vol 3, Part A, 10.1). */
export const MAX_CREDITS = 0xffff;

/** Octets of the SDU length in front of the first K-frame of an SDU (Vol 3, Part A, 3.4.3). */
export const SDU_LENGTH_SIZE = 2;

/** Results of a credit-based connection request, in the order in which they are looked for (Vol 3, Part A, Table 4.17). */
export const CreditResult = {
  success: 0x0000,
  spsmNotSupported: 0x0002,
  noResources: 0x0004,
  insufficientAuthentication: 0x0005,
  insufficientAuthorization: 0x0006,
  encryptionKeySizeTooShort: 0x0007,
  insufficientEncryption: 0x0008,
  invalidSourceCid: 0x0009,
  sourceCidAlreadyAllocated: 0x000a,
  unacceptableParameters: 0x000b,
  /** Of the enhanced mode alone. */
  invalidParameters: 0x000c,
} as const;
export type CreditResult = (typeof CreditResult)[keyof typeof CreditResult];

const texts: Readonly<Record<number, string>> = {
  [CreditResult.spsmNotSupported]: 'SPSM not supported: nobody listens there, or not yet',
  [CreditResult.noResources]: 'no resources available: close a channel, or try again later',
  [CreditResult.insufficientAuthentication]: 'insufficient authentication: pair first',
  [CreditResult.insufficientAuthorization]:
    'insufficient authorization: the peer does not let this device in',
  [CreditResult.encryptionKeySizeTooShort]: 'encryption key size too short: pair again with a longer key',
  [CreditResult.insufficientEncryption]: 'insufficient encryption: encrypt the link first',
  [CreditResult.invalidSourceCid]: 'invalid Source CID',
  [CreditResult.sourceCidAlreadyAllocated]: 'Source CID already allocated',
  [CreditResult.unacceptableParameters]: 'unacceptable parameters: ask for another MTU',
  [CreditResult.invalidParameters]: 'invalid parameters',
};

/** Vol 3, Part A, Table 4.20. */
export const ReconfigureResult = {
  success: 0x0000,
  mtuReduced: 0x0001,
  mpsReduced: 0x0002,
  invalidDestinationCid: 0x0003,
  unacceptableParameters: 0x0004,
} as const;

/** A result by its specification name, with what can be done about it. */
export const describeCreditResult = (result: number): string =>
  `result 0x${result.toString(16).padStart(4, '0')}, ${texts[result] ?? 'which the specification does not name'}`;

export const isDynamicCid = (cid: number): boolean => cid >= FIRST_DYNAMIC_CID && cid <= LAST_DYNAMIC_CID;

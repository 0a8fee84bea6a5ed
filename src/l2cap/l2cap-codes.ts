/** Codes of signalling commands (Vol 3, Part A, Table 4.2). */
export const SignallingCode = {
  commandRejectResponse: 0x01,
  disconnectionRequest: 0x06,
  disconnectionResponse: 0x07,
  connectionParameterUpdateRequest: 0x12,
  connectionParameterUpdateResponse: 0x13,
  leCreditBasedConnectionRequest: 0x14,
  leCreditBasedConnectionResponse: 0x15,
  flowControlCreditIndication: 0x16,
  creditBasedConnectionRequest: 0x17,
  creditBasedConnectionResponse: 0x18,
  creditBasedReconfigureRequest: 0x19,
  creditBasedReconfigureResponse: 0x1a,
} as const;
export type SignallingCode = (typeof SignallingCode)[keyof typeof SignallingCode];

/**
 * Every response of the table, those of BR/EDR too: a response is never rejected, for its sender does not wait for anything
 * (Vol 3, Part A, 4.1).
 */
const responseCodes: ReadonlySet<number> = new Set([
  0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x15, 0x18, 0x1a,
]);

export const isSignallingResponse = (code: number): boolean => responseCodes.has(code);

/** Vol 3, Part A, Table 4.3. */
export const CommandRejectReason = {
  commandNotUnderstood: 0x0000,
  signallingMtuExceeded: 0x0001,
  invalidCidInRequest: 0x0002,
} as const;
export type CommandRejectReason = (typeof CommandRejectReason)[keyof typeof CommandRejectReason];

/** Vol 3, Part A, 4.21. */
export const ConnectionParameterResult = { accepted: 0x0000, rejected: 0x0001 } as const;

/** Stable, machine-readable names of everything that Jelling rejects with. */
export const ErrorCode = {
  timeout: 'BLE_TIMEOUT',
  disconnected: 'BLE_DISCONNECTED',
  transport: 'BLE_TRANSPORT',
  att: 'BLE_ATT',
  hci: 'BLE_HCI',
  smp: 'BLE_SMP',
  l2cap: 'BLE_L2CAP',
  file: 'BLE_FILE',
  notFound: 'BLE_NOT_FOUND',
  invalidState: 'BLE_INVALID_STATE',
  invalidArgument: 'BLE_INVALID_ARGUMENT',
  malformedPdu: 'BLE_MALFORMED_PDU',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** The root of every error that Jelling makes. An abort is not one of them: it rejects with `signal.reason`. */
export abstract class BleError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A deadline passed. The message says what was being done and what was holding it up. */
export class TimeoutError extends BleError {
  readonly code = ErrorCode.timeout;
  readonly timeoutMs: number;

  constructor(message: string, timeoutMs: number, options?: ErrorOptions) {
    super(message, options);
    this.timeoutMs = timeoutMs;
  }
}

/** The link ended, or had ended before the call. `reason` is the HCI error code (Vol 1, Part F, 1.3). */
export class DisconnectedError extends BleError {
  readonly code = ErrorCode.disconnected;
  readonly reason: number;

  constructor(message: string, reason: number, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The way to the controller is lost, could not be opened, or the controller itself has failed. */
export class TransportError extends BleError {
  readonly code = ErrorCode.transport;
}

/**
 * The peer answered an ATT request with an error (Vol 3, Part F, 3.4.1.1). A handler of a server's value throws one to refuse; the handle is
 * filled in then.
 */
export class AttError extends BleError {
  readonly code = ErrorCode.att;
  readonly status: number;
  readonly handle: number;

  constructor(message: string, status: number, handle = 0, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.handle = handle;
  }
}

/** The controller refused a command (Vol 1, Part F). */
export class HciError extends BleError {
  readonly code = ErrorCode.hci;
  readonly status: number;
  readonly opcode: number;

  constructor(message: string, status: number, opcode: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.opcode = opcode;
  }
}

/** Pairing failed (Vol 3, Part H, 3.5.5). `origin` says whose verdict it was. */
export class SmpError extends BleError {
  readonly code = ErrorCode.smp;
  readonly reason: number;
  readonly origin: 'local' | 'peer';

  constructor(message: string, reason: number, origin: 'local' | 'peer', options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.origin = origin;
  }
}

/** The peer refused an L2CAP request (Vol 3, Part A, 4). */
export class L2capError extends BleError {
  readonly code = ErrorCode.l2cap;
  readonly result: number;

  constructor(message: string, result: number, options?: ErrorOptions) {
    super(message, options);
    this.result = result;
  }
}

/** What was asked for is not there: a service, a characteristic, a device, an adapter. */
export class NotFoundError extends BleError {
  readonly code = ErrorCode.notFound;
}

/** The object cannot do this now: closed, not subscribed, already connected. */
export class InvalidStateError extends BleError {
  readonly code = ErrorCode.invalidState;
}

/** An argument is of the wrong form or out of range. Nothing was done. */
export class InvalidArgumentError extends BleError {
  readonly code = ErrorCode.invalidArgument;
}

/**
 * Bytes from outside do not follow the specification. What came unasked is dropped and counted by the layer that reads it; a call whose own
 * answer cannot be read rejects with this.
 */
export class MalformedPduError extends BleError {
  readonly code = ErrorCode.malformedPdu;
}

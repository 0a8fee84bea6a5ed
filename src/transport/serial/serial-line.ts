import type { Duplex, Transform } from 'node:stream';

export interface SerialLineOptions {
  readonly path: string;
  readonly baudRate: number;
  /** RTS/CTS. */
  readonly flowControl: boolean;
  /** A bit of parity behind each octet, which makes the number of ones even; octets that arrive with a wrong one are dropped. */
  readonly evenParity: boolean;
}

/** An open serial port, as narrow as it is needed. */
export interface SerialLine {
  readonly stream: Duplex;
  setBaudRate(baudRate: number): Promise<void>;
  /** Throws away what the system holds in both directions; wakes whoever waits in drain(). */
  discard(): Promise<void>;
  /** Resolves when everything written has left the machine, which is never where the other end holds CTS back. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** What makes serial lines: the `serialport` package, or a test's stand-in. */
export interface SerialDriver {
  /** Rejects with the driver's own error. */
  open(options: SerialLineOptions): Promise<SerialLine>;
  /** Passes octets on in pieces of `length`. */
  makeByteLengthParser(length: number): Transform;
}

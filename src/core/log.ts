export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface LogRecord {
  readonly level: LogLevel;
  /** The layer that speaks: `hci`, `l2cap`, `att`. */
  readonly layer: string;
  readonly message: string;
}

export type LogListener = (record: LogRecord) => void;

/** Hands messages to a listener, if there is one. A message is a function, so that no string is built when nobody reads. Never carries keys. */
export class Log {
  readonly #listener: LogListener | undefined;

  constructor(listener?: LogListener) {
    this.#listener = listener;
  }

  get enabled(): boolean {
    return this.#listener !== undefined;
  }

  write(level: LogLevel, layer: string, message: () => string): void {
    if (this.#listener === undefined) return;
    try {
      this.#listener({ level, layer, message: message() });
    } catch {
      // A listener that throws must not stop the reader loop that logged; it is the user's code and not ours to report on.
    }
  }
}

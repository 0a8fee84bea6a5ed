import { plain, type Style, styleFor } from './style.ts';
import { printable } from './text.ts';

/** Where text goes. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** False where the next write should wait for `drain`. */
  write(chunk: string | Uint8Array): unknown;
  once?(event: 'drain', listener: () => void): unknown;
}

export interface OutputOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One JSON object for each line of standard output, and nothing else there. */
  readonly json: boolean;
}

/** What happened, for programs: its name and what belongs to it. */
export interface Event {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Back to the beginning of the line, and clear it. */
const REWRITE = '\r\u001b[K';

const hex = (_key: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'bigint' ? String(value) : value;
};

/**
 * What a command has to say, twice: as an event for programs, as text for people. What was asked for goes to standard output, what is said
 * about the work to standard error; with --json every event goes to standard output and the text is left out.
 */
export class Output {
  readonly json: boolean;
  /** Colours for standard output. */
  readonly style: Style;
  /** Colours for standard error. */
  readonly noteStyle: Style;
  /** Columns of the terminal that reads standard output; undefined where none does. */
  readonly columns: number | undefined;
  /** Columns of the terminal that reads standard error; undefined where none does. */
  readonly noteColumns: number | undefined;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  #hasStatus = false;

  constructor({ stdout, stderr, env, json }: OutputOptions) {
    this.json = json;
    this.style = json ? plain : styleFor(stdout, env);
    this.noteStyle = styleFor(stderr, env);
    this.columns = stdout.isTTY === true ? (stdout.columns ?? 80) : undefined;
    this.noteColumns = stderr.isTTY === true ? (stderr.columns ?? 80) : undefined;
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** What was asked for. */
  data(event: Event, text: () => string): void {
    if (this.json) this.#event(event);
    else this.#out(`${text()}\n`);
  }

  /** How the work goes. */
  note(event: Event, text: () => string): void {
    if (this.json) this.#event(event);
    else this.#err(`${text()}\n`);
  }

  /** For programs alone. */
  event(event: Event): void {
    if (this.json) this.#event(event);
  }

  /** Text that is text in every mode: help, a version. */
  print(text: string): void {
    this.#out(`${text}\n`);
  }

  /** Octets as they are. Resolves when there is room for more. */
  async octets(octets: Uint8Array, signal: AbortSignal): Promise<void> {
    this.endStatus();
    if (this.#stdout.write(octets) !== false) return;
    await new Promise<void>((resolve, reject) => {
      const aborted = (): void => reject(signal.reason);
      signal.addEventListener('abort', aborted, { once: true });
      this.#stdout.once?.('drain', () => {
        signal.removeEventListener('abort', aborted);
        resolve();
      });
    });
  }

  /** For people alone: a heading, an empty line. */
  line(text = ''): void {
    if (!this.json) this.#out(`${text}\n`);
  }

  /** For people alone, on standard error. */
  remark(text: string): void {
    if (!this.json) this.#err(`${text}\n`);
  }

  /** What went wrong: on standard error for people, and as the last event for programs. */
  failure(event: Event, text: string): void {
    if (this.json) this.#event(event);
    this.#err(`${this.noteStyle('red', 'error:')} ${text}\n`);
  }

  /** What the stack has to say, with --verbose. */
  log(text: string): void {
    this.#err(`${this.noteStyle('dim', printable(text))}\n`);
  }

  /** A line of a terminal that the next call, of whatever kind, writes over: how far the work is. Nobody else sees it. */
  status(text: string): void {
    if (this.json || this.noteColumns === undefined) return;
    this.#stderr.write(`${REWRITE}${text}`);
    this.#hasStatus = true;
  }

  /** The work is over: nothing is left of how far it was. */
  endStatus(): void {
    if (!this.#hasStatus) return;
    this.#hasStatus = false;
    this.#stderr.write(REWRITE);
  }

  #out(text: string): void {
    this.endStatus();
    this.#stdout.write(text);
  }

  #err(text: string): void {
    this.endStatus();
    this.#stderr.write(text);
  }

  #event(event: Event): void {
    this.#out(`${JSON.stringify(event, hex)}\n`);
  }
}

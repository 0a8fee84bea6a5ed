import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';
import { ownState } from '../support/own-state.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** For whatever a shell says: far more than it needs, so that a silent one fails here and not in the test runner, which would leave it running. */
const PATIENCE_MS = 30_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Wait {
  look(): void;
  fail(why: string): void;
}

/** A program of this project as a process of its own, run from its source. */
export class Shell implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #name: string;
  readonly #waits = new Set<Wait>();
  readonly #closed: Promise<void>;
  #end: Ended | undefined;
  #read = 0;
  readonly #octets: Buffer[] = [];
  stdout = '';
  stderr = '';

  /** `stdin` is all that it can read; `open` is nothing, and no end. Its identity and bonds are its own, unless `env` says where they are. */
  constructor(
    file: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    stdin: Uint8Array | 'open' = new Uint8Array(0),
  ) {
    this.#name = [file, ...args].join(' ');
    this.#child = spawn(process.execPath, ['--conditions=jelling-source', '--import', 'tsx', file, ...args], {
      cwd: root,
      env: { ...process.env, XDG_STATE_HOME: ownState(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // It may end before it has read all.
    this.#child.stdin.on('error', () => undefined);
    if (stdin !== 'open') this.#child.stdin.end(stdin);
    const decoder = new StringDecoder('utf8');
    this.#child.stdout.on('data', (octets: Buffer) => {
      this.#octets.push(octets);
      this.stdout += decoder.write(octets);
      for (const wait of [...this.#waits]) wait.look();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      for (const wait of [...this.#waits]) wait.look();
    });
    this.#closed = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.#end = { code, signal };
        for (const wait of [...this.#waits]) wait.look();
        for (const wait of [...this.#waits]) wait.fail(`it ended with ${signal ?? code}`);
        resolve();
      });
    });
  }

  /** Standard output as it is. */
  get octets(): Buffer {
    return Buffer.concat(this.#octets);
  }

  /** The next match in standard output, behind the one before. Rejects when the program ends without it. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#wait(`to say ${pattern}`, () => {
      const match = pattern.exec(this.stdout.slice(this.#read));
      if (match !== null) this.#read += match.index + match[0].length;
      return match ?? undefined;
    });
  }

  /** A match anywhere in standard error. Rejects when the program ends without it. */
  notes(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#wait(`to note ${pattern}`, () => pattern.exec(this.stderr) ?? undefined);
  }

  /** How it ended, by itself. */
  ended(): Promise<Ended> {
    return this.#wait('to end', () => this.#end);
  }

  /** Somebody types a line, where its standard input is open. */
  enter(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Nobody reads its standard output any more. */
  leave(): void {
    this.#child.stdout.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#end === undefined) this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #wait<T>(what: string, look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#waits.delete(wait);
      };
      const wait: Wait = {
        look: () => {
          const found = look();
          if (found === undefined) return;
          stop();
          resolve(found);
        },
        fail: (why) => {
          stop();
          reject(new Error(`waited for '${this.#name}' ${what}, but ${why}\n${this.stdout}\n${this.stderr}`));
        },
      };
      const timer = setTimeout(() => wait.fail(`it did not in ${PATIENCE_MS} ms`), PATIENCE_MS);
      this.#waits.add(wait);
      wait.look();
      if (this.#end !== undefined) wait.fail('it has ended');
    });
  }
}

/** A foreign peer as a child process: its lines, and an end that always comes. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Environments } from './environments.ts';
import type { Line } from './report.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export type Command = readonly [program: string, ...args: string[]];

/** A script of Python, by its path in this folder. */
export const pythonCommand = ({ python }: Environments, script: string): Command => [
  python,
  '-B',
  here(`${script}.py`),
];

/** A script of TypeScript, by its path in this folder, that runs a stack of Node.js. */
export const nodeCommand = ({ npm }: Environments, script: string): Command => [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
  here(`${script}.ts`),
  '--npm',
  npm,
];

export class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  #complaint = '';
  /** Resolves with what ended it: nothing for a clean end, else its exit code and its last words. */
  readonly ended: Promise<string | undefined>;

  /** `name` is who it is, for messages. */
  constructor(name: string, [program, ...args]: Command, onLine: (line: Line) => void, cwd?: string) {
    const env = { ...process.env, PYTHONPATH: here('peers') };
    this.#process = spawn(program, args, { env, cwd });
    createInterface({ input: this.#process.stdout }).on('line', (text) => {
      if (text.startsWith('{')) onLine(JSON.parse(text) as Line);
      else this.#complain(`${text}\n`);
    });
    this.#process.stderr.on('data', (chunk: Buffer) => this.#complain(String(chunk)));
    // The pipe may break before we close it; how the process ended says more.
    this.#process.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.#process.on('error', (error) => resolve(`${name} did not start: ${error.message}`));
      this.#process.on('close', (code, signal) => {
        if (code === 0) resolve(undefined);
        else resolve(`${name} ended with ${signal ?? code}: ${this.#complaint.trim()}`);
      });
    });
  }

  #complain(text: string): void {
    this.#complaint = (this.#complaint + text).slice(-2000);
  }

  /** Gives it a line on its stdin. */
  hear(line: object): void {
    this.#process.stdin.write(`${JSON.stringify(line)}\n`);
  }

  /** Closes its stdin, which asks it to end; kills it when it does not. */
  async stop(): Promise<void> {
    this.#process.stdin.end();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await Promise.race([this.ended.then(() => true), sleep(3_000, false)])) return;
      this.#process.kill(signal);
    }
    await once(this.#process, 'close');
  }
}

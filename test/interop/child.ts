/** A Python peer as a child process: its lines, and an end that always comes. `script` is its path in this folder. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Line } from './report.ts';

export class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  #complaint = '';
  /** Resolves with what ended it: nothing for a clean end, else its exit code and its last words. */
  readonly ended: Promise<string | undefined>;

  constructor(python: string, script: string, args: string[], onLine: (line: Line) => void) {
    const path = fileURLToPath(new URL(`${script}.py`, import.meta.url));
    // What all Python peers share.
    const env = { ...process.env, PYTHONPATH: fileURLToPath(new URL('peers', import.meta.url)) };
    this.#process = spawn(python, ['-B', path, ...args], { env });
    createInterface({ input: this.#process.stdout }).on('line', (text) => {
      if (text.startsWith('{')) onLine(JSON.parse(text) as Line);
      else this.#complain(`${text}\n`);
    });
    this.#process.stderr.on('data', (chunk: Buffer) => this.#complain(String(chunk)));
    // The pipe may break before we close it; how the process ended says more.
    this.#process.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.#process.on('error', (error) => resolve(`${script} did not start: ${error.message}`));
      this.#process.on('close', (code, signal) => {
        if (code === 0) resolve(undefined);
        else resolve(`${script} ended with ${signal ?? code}: ${this.#complaint.trim()}`);
      });
    });
  }

  #complain(text: string): void {
    this.#complaint = (this.#complaint + text).slice(-2000);
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

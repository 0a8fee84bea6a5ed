/** A program of the system that is run to its end, and what it has printed. */
import { execFile } from 'node:child_process';

interface CommandOptions {
  /** How long it may take; 60 s unless given. */
  readonly timeoutMs?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Takes out of its last words what nobody should read. */
  readonly discreet?: (text: string) => string;
  readonly signal: AbortSignal;
}

export class CommandError extends Error {}

const OUTPUT_LIMIT = 256 * 1024 * 1024;
const LAST_WORDS = 2_000;

/** Rejects with CommandError, which has the program's last words, when it does not end well. */
export const run = (program: string, args: readonly string[], options: CommandOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { timeoutMs: timeout = 60_000, env, input, cwd, signal, discreet = String } = options;
    const child = execFile(
      program,
      args,
      {
        encoding: 'buffer',
        maxBuffer: OUTPUT_LIMIT,
        timeout,
        signal,
        cwd,
        env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const how = error.killed === true ? `did not end within ${timeout} ms` : error.message.split('\n')[0];
        const lastWords = String(stderr).slice(-LAST_WORDS).trim();
        reject(new CommandError(discreet(`${program}: ${how}\n${lastWords}`)));
      },
    );
    // It may end before it has read everything; how it ended says more.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });

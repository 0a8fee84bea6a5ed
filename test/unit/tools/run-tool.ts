import { Readable } from 'node:stream';
import { dispatch } from '../../../tools/dispatch.ts';
import { Exit, Interruption } from '../../../tools/exit.ts';
import { Input } from '../../../tools/input.ts';
import { Output, type Sink } from '../../../tools/output.ts';

class TextSink implements Sink {
  readonly #decoder = new TextDecoder();
  text = '';
  /** Called with all that has been written, each time. */
  onWrite: (text: string) => void = () => {};

  write(chunk: string | Uint8Array): void {
    this.text += typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true });
    this.onWrite(this.text);
  }
}

/** The command in this process, as a shell would run it. */
export class Tool {
  readonly #stdout = new TextSink();
  readonly #stderr = new TextSink();
  readonly #stop = new AbortController();
  readonly exit: Promise<Exit>;

  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    stdin: Readable = Readable.from([]),
  ) {
    const output = new Output({
      stdout: this.#stdout,
      stderr: this.#stderr,
      env,
      json: args.includes('--json'),
    });
    const input = new Input(() => stdin);
    this.exit = dispatch({ output, input, signal: this.#stop.signal, env }, args);
  }

  get stdout(): string {
    return this.#stdout.text;
  }

  get stderr(): string {
    return this.#stderr.text;
  }

  /** What --json has printed, line by line. */
  get events(): readonly Readonly<Record<string, unknown>>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Record<string, unknown> => JSON.parse(line));
  }

  /** Resolves when standard output matches; rejects when the command ends without that. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (text: string): void => {
        if (pattern.test(text)) resolve();
      };
      this.#stdout.onWrite = look;
      look(this.stdout);
      void this.exit.then(() => reject(new Error(`it ended first: ${this.stdout}${this.stderr}`)));
    });
  }

  /** Ctrl-C. */
  interrupt(): Promise<Exit> {
    this.#stop.abort(new Interruption('SIGINT', Exit.interrupted));
    return this.exit;
  }
}

export const run = async (...args: readonly string[]): Promise<Tool & { readonly status: Exit }> => {
  const tool = new Tool(args);
  return Object.assign(tool, { status: await tool.exit });
};

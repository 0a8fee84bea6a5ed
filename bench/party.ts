import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Order } from './child.ts';

const ANSWER_LIMIT_MS = 60_000;

/** What a process says: the answer to an order, or of its own accord that it wants a flood of reports. */
interface Said {
  readonly error?: string | undefined;
  readonly flood?: number | undefined;
}

export interface Answer extends Said {
  readonly cpuUs?: number;
  readonly wallMs?: number;
  readonly requests?: number;
  readonly writes?: number;
  readonly shares?: readonly number[];
}

/** A process of the benchmark, driven by orders. */
export class Party<O extends object = Order, A extends Said = Answer> {
  readonly child: ChildProcess;
  readonly #name: string;
  readonly #answers: (A | Said)[] = [];
  #waiting: ((answer: A | Said) => void) | undefined;

  constructor(path: string, args: readonly string[], onFlood?: (count: number) => void) {
    this.#name = path.slice(path.lastIndexOf('/bench/') + '/bench/'.length);
    // The loader of the runner is none of theirs; a profiler is.
    const execArgv = process.execArgv.filter((arg) => arg.startsWith('--cpu-prof'));
    this.child = fork(path, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv });
    this.child.on('message', (answer: A) => {
      if (answer.flood === undefined) this.#give(answer);
      else onFlood?.(answer.flood);
    });
    this.child.on('exit', (code) => this.#give({ error: `${this.#name} ended with ${code}` }));
  }

  /** The next answer; rejects where that is an error, or does not come. */
  async answer(): Promise<A> {
    const late = setTimeout(
      () => this.#give({ error: `${this.#name} gave no answer in ${ANSWER_LIMIT_MS} ms` }),
      ANSWER_LIMIT_MS,
    );
    const kept = this.#answers.shift();
    const given =
      kept ??
      (await new Promise<A | Said>((resolve) => {
        this.#waiting = resolve;
      }));
    clearTimeout(late);
    if (given.error !== undefined) throw new Error(given.error);
    return given as A;
  }

  obey(order: O): Promise<A> {
    this.child.send(order);
    return this.answer();
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    await gone;
  }

  #give(answer: A | Said): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#answers.push(answer);
    else waiting(answer);
  }
}

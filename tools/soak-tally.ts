import { getEventListeners } from 'node:events';
import { codeOf } from './exit.ts';

export interface OperationTally {
  done: number;
  /** How many failed, by the code of the error. */
  readonly failed: Record<string, number>;
}

/** What was done and what became of it. */
export class SoakTally {
  linksMade = 0;
  linksLost = 0;
  recoveries = 0;
  notifications = 0;
  readonly operations: Record<string, OperationTally> = {};
  readonly faults: Record<string, number> = {};
  /** Signals of calls that had not taken their listeners back when they settled. */
  readonly #listenedTo = new Set<AbortSignal>();

  /**
   * Does an operation, with a signal of its own that it listens to. What it fails with by the faults of the world is counted and gives undefined;
   * errors without a code are nobody's fault but the stack's, and are thrown on.
   */
  async attempt<T>(name: string, operation: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const { signal } = new AbortController();
    this.operations[name] ??= { done: 0, failed: {} };
    const tally = this.operations[name];
    try {
      const result = await operation(signal);
      tally.done++;
      return result;
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      tally.failed[code] = (tally.failed[code] ?? 0) + 1;
      return undefined;
    } finally {
      if (listens(signal)) this.#listenedTo.add(signal);
    }
  }

  fault(name: string): void {
    this.faults[name] = (this.faults[name] ?? 0) + 1;
  }

  get done(): number {
    return Object.values(this.operations).reduce((sum, { done }) => sum + done, 0);
  }

  get failed(): number {
    const all = Object.values(this.operations).flatMap(({ failed }) => Object.values(failed));
    return all.reduce((sum, count) => sum + count, 0);
  }

  /** How many calls that have settled still listen. A request that was given up keeps its place until it is answered, and may listen as long. */
  get listeners(): number {
    for (const signal of this.#listenedTo) if (!listens(signal)) this.#listenedTo.delete(signal);
    return this.#listenedTo.size;
  }
}

const listens = (signal: AbortSignal): boolean => getEventListeners(signal, 'abort').length > 0;

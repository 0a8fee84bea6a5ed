import { noTimer, type Timer } from '../../core/clock.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import type { LinkEnd } from './link-end.ts';

/** An answer that does not come ends the link (Vol 6, Part B, 5.2). */
const RESPONSE_TIMEOUT_MS = 40_000;

export type ProcedureName = 'encryption' | 'features' | 'version' | 'length' | 'phy' | 'parameters';

interface Procedure {
  readonly name: ProcedureName;
  begin(): void;
}

/** What the host of one end asks for: one control procedure at a time, each with the deadline of the link layer. */
export class ProcedureQueue {
  readonly #end: LinkEnd;
  readonly #waiting: Procedure[] = [];
  #current: Procedure | undefined;
  #response: Timer = noTimer;

  constructor(end: LinkEnd) {
    this.#end = end;
  }

  get current(): ProcedureName | undefined {
    return this.#current?.name;
  }

  has(name: ProcedureName): boolean {
    return this.current === name || this.#waiting.some((procedure) => procedure.name === name);
  }

  start(name: ProcedureName, begin: () => void): void {
    this.#waiting.push({ name, begin });
    this.#next();
  }

  /** False where that procedure is not the one under way. */
  finish(name: ProcedureName): boolean {
    if (this.#current?.name !== name) return false;
    this.#current = undefined;
    this.#response.cancel();
    this.#next();
    return true;
  }

  stop(): void {
    this.#response.cancel();
    this.#waiting.length = 0;
    this.#current = undefined;
  }

  #next(): void {
    if (this.#current !== undefined || !this.#end.open) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#current = next;
    this.#response = this.#end.link.medium.after(RESPONSE_TIMEOUT_MS, () => {
      // Neither side may go on as if nothing had been asked.
      const { other } = this.#end;
      this.#end.close(HciErrorCode.llResponseTimeout);
      other.close(HciErrorCode.llResponseTimeout);
    });
    next.begin();
  }
}

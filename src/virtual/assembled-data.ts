/** Operation of the commands that bring advertising data in parts (Vol 4, Part E, 7.8.54). */
export const DataOperation = { intermediate: 0, first: 1, last: 2, complete: 3, unchanged: 4 } as const;

const NONE = new Uint8Array(0);

/** Data that a host hands over in parts: the old stays in use until the new is whole. */
export class AssembledData {
  readonly #limit: number;
  #value: Uint8Array = NONE;
  #partial: Uint8Array | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is in use. */
  get value(): Uint8Array {
    return this.#value;
  }

  /** Whether parts have come and the last has not. */
  get unfinished(): boolean {
    return this.#partial !== undefined;
  }

  /** Takes a part. False where it is too much; all parts are forgotten then. */
  take(operation: number, part: Uint8Array): boolean {
    const before =
      operation === DataOperation.intermediate || operation === DataOperation.last ? this.#partial : NONE;
    const joined = new Uint8Array((before?.length ?? 0) + part.length);
    if (before !== undefined) joined.set(before);
    joined.set(part, before?.length ?? 0);
    this.#partial = undefined;
    if (joined.length > this.#limit) return false;
    if (operation === DataOperation.first || operation === DataOperation.intermediate) this.#partial = joined;
    else this.#value = joined;
    return true;
  }
}

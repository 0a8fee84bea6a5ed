import { InvalidStateError } from '../../core/errors.ts';
import type { Uuid } from '../../core/uuid.ts';
import { FIRST_HANDLE, LAST_HANDLE } from '../gatt-codes.ts';
import type { Attribute } from './attribute.ts';

/** A run of handles. */
export interface HandleRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The attributes by handle. A handle never moves while its attribute is there, and one that was freed is used again only when there is no
 * other left, so that a client with an old picture is unlikely to meet a stranger under a handle it knows.
 */
export class AttributeDatabase {
  /** The index is the handle. */
  readonly #attributes: (Attribute | undefined)[] = [undefined];
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** The highest handle in use; 0 where there is none. */
  get lastHandle(): number {
    return this.#attributes.length - 1;
  }

  get(handle: number): Attribute | undefined {
    return this.#attributes[handle];
  }

  /** The first attribute at `handle` or above, up to `end`. */
  next(handle: number, end: number): Attribute | undefined {
    const last = Math.min(end, this.#attributes.length - 1);
    for (let at = handle; at <= last; at++) {
      const attribute = this.#attributes[at];
      if (attribute !== undefined) return attribute;
    }
    return undefined;
  }

  /** The first attribute of `type` at `handle` or above, up to `end`. */
  nextOfType(type: Uuid, handle: number, end: number): Attribute | undefined {
    const last = Math.min(end, this.#attributes.length - 1);
    for (let at = handle; at <= last; at++) {
      const attribute = this.#attributes[at];
      if (attribute !== undefined && attribute.type === type) return attribute;
    }
    return undefined;
  }

  /** The first of `count` free handles in a row, `from` on. Throws InvalidStateError when there are not so many. */
  findFree(count: number, from: number = FIRST_HANDLE): number {
    const behind = Math.max(from, this.#attributes.length);
    if (behind + count - 1 <= LAST_HANDLE) return behind;
    let start = from;
    for (let at = from; at <= LAST_HANDLE; at++) {
      if (this.#attributes[at] !== undefined) start = at + 1;
      else if (at - start + 1 === count) return start;
    }
    throw new InvalidStateError(
      `the attribute database is full: ${count} more attributes do not fit beside ${this.#count}; unregister services`,
    );
  }

  /** Puts in attributes at their handles, which must be free. */
  insert(attributes: readonly Attribute[]): void {
    for (const { handle } of attributes) {
      if (handle < FIRST_HANDLE || handle > LAST_HANDLE || this.#attributes[handle] !== undefined) {
        throw new RangeError(`handle ${handle} is not free`);
      }
    }
    for (const attribute of attributes) {
      while (this.#attributes.length <= attribute.handle) this.#attributes.push(undefined);
      this.#attributes[attribute.handle] = attribute;
      this.#count++;
    }
  }

  /** Takes out what is in the range. The handles behind the last attribute are not given out again before the others are used up. */
  remove({ start, end }: HandleRange): void {
    for (let at = start; at <= end; at++) {
      if (this.#attributes[at] === undefined) continue;
      this.#attributes[at] = undefined;
      this.#count--;
    }
  }
}

/** Values of which a client has read a first part and not yet the last. */
const SNAPSHOT_LIMIT = 4;

/** A client that lets more time pass between two parts gets the value as it is then. */
const SNAPSHOT_AGE_MS = 30_000;

interface Snapshot {
  readonly value: Uint8Array;
  readonly takenAtMs: number;
}

/**
 * Keeps the parts of a long read of one piece: the value that a client began to read stays for the parts that follow, whatever is written
 * meanwhile by others.
 */
export class LongReads {
  readonly #snapshots = new Map<number, Snapshot>();

  get size(): number {
    return this.#snapshots.size;
  }

  /**
   * Called whenever a part was read. The value is kept until a part came out shorter than there was room for, which tells the client
   * that it has all: a value that just fills its last part is asked for once more.
   */
  part(handle: number, value: Uint8Array, last: boolean, nowMs: number): void {
    const before = this.#snapshots.get(handle);
    this.#snapshots.delete(handle);
    if (last) return;
    if (this.#snapshots.size >= SNAPSHOT_LIMIT) {
      for (const oldest of this.#snapshots.keys()) {
        this.#snapshots.delete(oldest);
        break;
      }
    }
    this.#snapshots.set(handle, { value, takenAtMs: before?.value === value ? before.takenAtMs : nowMs });
  }

  /** The value that parts behind the first belong to. */
  get(handle: number, nowMs: number): Uint8Array | undefined {
    const snapshot = this.#snapshots.get(handle);
    if (snapshot === undefined) return undefined;
    if (nowMs - snapshot.takenAtMs <= SNAPSHOT_AGE_MS) return snapshot.value;
    this.#snapshots.delete(handle);
    return undefined;
  }

  /** Called when the client writes the attribute: what it reads then is what it wrote. */
  forget(handle: number): void {
    this.#snapshots.delete(handle);
  }
}

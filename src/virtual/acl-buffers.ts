/** The packets a controller can hold for its links, and which of them the host may count as free again (Vol 4, Part E, 4.1). */
export class AclBuffers {
  readonly length: number;
  readonly count: number;
  #used = 0;
  readonly #held = new Map<number, number>();
  readonly #completed = new Map<number, number>();

  constructor(length: number, count: number) {
    this.length = length;
    this.count = count;
  }

  get used(): number {
    return this.#used;
  }

  /** False where the host had been told of no such buffer. */
  take(handle: number): boolean {
    if (this.#used >= this.count) return false;
    this.#used++;
    this.#held.set(handle, (this.#held.get(handle) ?? 0) + 1);
    return true;
  }

  /** The peer has taken packets of the link. True where nothing was due to be reported before. */
  complete(handle: number, packets: number): boolean {
    const first = this.#completed.size === 0;
    this.#used -= packets;
    this.#held.set(handle, (this.#held.get(handle) ?? 0) - packets);
    this.#completed.set(handle, (this.#completed.get(handle) ?? 0) + packets);
    return first;
  }

  /** A link went: its packets are flushed and never reported, for Disconnection Complete says so (4.1.1). */
  release(handle: number): void {
    this.#used -= this.#held.get(handle) ?? 0;
    this.#held.delete(handle);
    this.#completed.delete(handle);
  }

  /** What has come together since the last time. */
  takeCompleted(): ReadonlyMap<number, number> {
    const completed = new Map(this.#completed);
    this.#completed.clear();
    return completed;
  }
}

/** Flow control from the controller to its host (Vol 4, Part E, 4.2): off until the host asks for it. */
export class HostBuffers {
  enabled = false;
  limit = Number.POSITIVE_INFINITY;
  readonly #outstanding = new Map<number, number>();
  #total = 0;

  get room(): boolean {
    return !this.enabled || this.#total < this.limit;
  }

  sent(handle: number): void {
    if (!this.enabled) return;
    this.#total++;
    this.#outstanding.set(handle, (this.#outstanding.get(handle) ?? 0) + 1);
  }

  /** False where the host returns more than it was given. */
  returned(handle: number, packets: number): boolean {
    const outstanding = this.#outstanding.get(handle) ?? 0;
    const freed = Math.min(outstanding, packets);
    this.#total -= freed;
    this.#outstanding.set(handle, outstanding - freed);
    return freed === packets;
  }

  release(handle: number): void {
    this.#total -= this.#outstanding.get(handle) ?? 0;
    this.#outstanding.delete(handle);
  }
}

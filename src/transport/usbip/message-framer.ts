/** How long the message is of which these are the first octets, as far as they tell. Throws for what is none. */
export type LengthOf = (octets: Uint8Array) => number;

/**
 * Cuts a stream of octets into messages that say in their headers how long they are, whatever chunks they come in. It holds one message,
 * no longer than `lengthOf` believes.
 */
export class MessageFramer {
  #part = new Uint8Array(0);
  #filled = 0;

  /**
   * Takes octets from a chunk until a message is whole, and gives it with what is left of the chunk; the message is the receiver's to keep.
   * Throws what `lengthOf` throws.
   */
  take(chunk: Uint8Array, lengthOf: LengthOf): { readonly message?: Uint8Array; readonly rest: Uint8Array } {
    for (let rest = chunk; ; ) {
      const wanted = lengthOf(this.#part.subarray(0, this.#filled));
      if (this.#filled === wanted) return { message: this.#whole(), rest };
      if (rest.length === 0) return { rest };
      this.#grow(wanted);
      const taken = Math.min(wanted - this.#filled, rest.length);
      this.#part.set(rest.subarray(0, taken), this.#filled);
      this.#filled += taken;
      rest = rest.subarray(taken);
    }
  }

  #whole(): Uint8Array {
    const message = this.#part;
    this.#part = new Uint8Array(0);
    this.#filled = 0;
    return message;
  }

  #grow(length: number): void {
    if (this.#part.length === length) return;
    const part = new Uint8Array(length);
    part.set(this.#part.subarray(0, this.#filled));
    this.#part = part;
  }
}

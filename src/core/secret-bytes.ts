const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * Octets of a key. They compute like any others, but nothing that turns a value into text shows them: neither inspect nor JSON nor a template. What slice() and
 * subarray() give is of the same kind. Whoever needs them as text asks for that, with toHex().
 */
export class SecretBytes extends Uint8Array<ArrayBuffer> {
  override toString(): string {
    return `[${this.length} secret octets]`;
  }

  override toLocaleString(): string {
    return this.toString();
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect](): string {
    return this.toString();
  }
}

/** A copy that does not print itself. */
export const secretCopy = (octets: Uint8Array): SecretBytes => {
  const copy = new SecretBytes(new ArrayBuffer(octets.length));
  copy.set(octets);
  return copy;
};

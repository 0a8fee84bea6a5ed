/** Named counters of one object: what was dropped, clamped, refused. Reading them costs nothing, and they never throw. */
export class Counters<Name extends string> {
  readonly #values: Record<Name, number>;

  constructor(names: readonly Name[]) {
    this.#values = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  }

  add(name: Name, by = 1): void {
    this.#values[name] += by;
  }

  get(name: Name): number {
    return this.#values[name];
  }

  /** A snapshot. */
  all(): Readonly<Record<Name, number>> {
    return { ...this.#values };
  }
}

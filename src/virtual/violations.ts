/** What a host may not do, by name. */
export type ViolationName =
  | 'malformedPacket'
  | 'commandWithoutCredit'
  | 'malformedCommand'
  | 'unknownCommand'
  | 'unsupportedPacketType'
  | 'aclBufferOverflow'
  | 'aclTooLong'
  | 'aclEmpty'
  | 'aclBadFlags'
  | 'aclUnknownHandle'
  | 'hostFlowControl'
  | 'firmwareOrder';

export interface Violation {
  readonly name: ViolationName;
  readonly detail: string;
  readonly atMs: number;
}

/** Violations kept; later ones are counted alone. */
const KEPT = 100;

/** What a host did against the specification, in order. */
export class ViolationLog {
  readonly #kept: Violation[] = [];
  #count = 0;

  get kept(): readonly Violation[] {
    return this.#kept;
  }

  get count(): number {
    return this.#count;
  }

  note(violation: Violation): void {
    this.#count++;
    if (this.#kept.length < KEPT) this.#kept.push(violation);
  }
}

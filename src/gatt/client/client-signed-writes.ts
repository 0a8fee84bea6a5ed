import { MAX_ATTRIBUTE_LENGTH } from '../../att/att-codes.ts';
import type { Bearer } from '../../att/bearer.ts';
import { SIGNED_WRITE_OVERHEAD, signedWriteMessage } from '../../att/codec/signed-write-pdus.ts';
import type { Clock } from '../../core/clock.ts';
import { InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import type { DataSigning } from '../data-signing.ts';
import type { AccessOptions } from './access-options.ts';
import { Deadline } from './deadline.ts';
import { Line } from './line.ts';
import type { RemoteAttribute } from './remote-value.ts';

export type ClientSigning = Pick<DataSigning, 'applies' | 'sign'>;

/**
 * The signed writes of a client (Vol 3, Part G, 4.9.2), one after the other: a server takes no signature whose counter is lower than one that has come, so that they have to leave in the order of
 * their counters.
 */
export class SignedWrites {
  readonly #bearer: Bearer;
  readonly #clock: Clock;
  readonly #signing: ClientSigning | undefined;
  readonly #line = new Line();

  constructor(bearer: Bearer, clock: Clock, signing: ClientSigning | undefined) {
    this.#bearer = bearer;
    this.#clock = clock;
    this.#signing = signing;
  }

  async write(
    { handle, name, validity }: RemoteAttribute,
    given: Uint8Array,
    options: AccessOptions,
  ): Promise<void> {
    const what = `writing ${name}`;
    const deadline = new Deadline(this.#clock, what, options);
    const { scope } = this.#bearer;
    const signing = this.#signing;
    if (signing === undefined)
      throw new InvalidStateError(`${what}: there are no bonds here, and so nothing to sign with`);
    // The caller may go on with its array meanwhile.
    const value = given.slice();
    const hint = 'another signed write is under way';
    const leave = await this.#line.enter({ ...deadline.step(), what, clock: this.#clock, scope, hint });
    try {
      if (signing.applies) {
        this.#checkLength(value, name);
        const message = signedWriteMessage(handle, value);
        const signature = await signing.sign(message, deadline.step());
        if (validity.obsolete !== undefined) throw validity.obsolete;
        // Not on a link that has been encrypted meanwhile.
        if (signing.applies)
          return await this.#bearer.signedWriteCommand(message, signature, deadline.step());
      }
      return await this.#bearer.writeCommand(handle, value, deadline.step());
    } finally {
      leave();
    }
  }

  #checkLength({ length }: Uint8Array, name: string): void {
    const { mtu } = this.#bearer;
    const room = Math.min(MAX_ATTRIBUTE_LENGTH, mtu - SIGNED_WRITE_OVERHEAD);
    if (length <= room) return;
    throw new InvalidArgumentError(
      `a signed write of ${name}: ${length} octets of value do not fit, ${room} do at an ATT_MTU of ${mtu}`,
    );
  }
}

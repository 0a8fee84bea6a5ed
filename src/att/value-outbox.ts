import { copyBytes } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import type { AttChannel } from './att-channel.ts';
import { AttOpcode, attOpcodeName, MAX_ATTRIBUTE_LENGTH } from './att-codes.ts';
import { signedWritePacket } from './codec/signed-write-pdus.ts';
import {
  type HandleValue,
  notificationPackets,
  VALUE_PDU_HEADER_LENGTH,
  valuePacket,
} from './codec/value-pdus.ts';
import type { MtuExchange } from './mtu-exchange.ts';

export interface ValueOutboxOptions {
  readonly channel: AttChannel;
  readonly clock: Clock;
  readonly peer: string;
  /** Ends when nothing may be sent any more. */
  readonly scope: WaitScope;
  readonly mtu: Pick<MtuExchange, 'mtu' | 'holding' | 'hold'>;
  readonly defaultTimeoutMs: () => number;
  /** What the bearer is doing, for the message of one who waits for the MTU exchange. */
  readonly describe: () => string | undefined;
}

/** Write commands and notifications on their way out: what nobody answers (Vol 3, Part F, 3.3.2). */
export class ValueOutbox {
  readonly #options: ValueOutboxOptions;

  constructor(options: ValueOutboxOptions) {
    this.#options = options;
  }

  /** The longest value that fits into a PDU, and that an attribute may have. */
  get maxValueLength(): number {
    return Math.min(MAX_ATTRIBUTE_LENGTH, this.#options.mtu.mtu - VALUE_PDU_HEADER_LENGTH);
  }

  writeCommand(handle: number, value: Uint8Array, wait: WaitOptions | undefined): Promise<void> {
    return this.#send(AttOpcode.writeCommand, handle, value, wait);
  }

  signedWriteCommand(
    message: Uint8Array,
    signature: Uint8Array,
    wait: WaitOptions | undefined,
  ): Promise<void> {
    const { channel, scope } = this.#options;
    if (scope.error !== undefined) return Promise.reject(scope.error);
    return channel.send(signedWritePacket(message, signature), wait);
  }

  /** Waits for the end of our MTU exchange, while that is on the air (Vol 3, Part F, 3.4.2.2, rule 5). */
  notify(handle: number, value: Uint8Array, wait: WaitOptions | undefined): Promise<void> {
    if (!this.#options.mtu.holding) return this.#send(AttOpcode.handleValueNotification, handle, value, wait);
    const kept = copyBytes(value);
    return this.#later(wait, (left) => this.#send(AttOpcode.handleValueNotification, handle, kept, left));
  }

  /** As notify() of several values in as few PDUs as there can be. */
  notifyMultiple(values: readonly HandleValue[], wait: WaitOptions | undefined): Promise<void> {
    if (!this.#options.mtu.holding) return this.#sendAll(values, wait);
    const kept = values.map(({ attributeHandle, attributeValue }) => ({
      attributeHandle,
      attributeValue: copyBytes(attributeValue),
    }));
    return this.#later(wait, (left) => this.#sendAll(kept, left));
  }

  #send(opcode: number, handle: number, value: Uint8Array, wait: WaitOptions | undefined): Promise<void> {
    const { channel, scope } = this.#options;
    const error = scope.error ?? this.#misfit(opcode, value);
    if (error !== undefined) return Promise.reject(error);
    return channel.send(valuePacket(opcode, handle, value), wait);
  }

  /** All of them, or none where one does not fit. */
  async #sendAll(values: readonly HandleValue[], wait: WaitOptions | undefined): Promise<void> {
    const { channel, mtu, scope } = this.#options;
    scope.check();
    for (const { attributeValue } of values) {
      const error = this.#misfit(AttOpcode.handleValueNotification, attributeValue);
      if (error !== undefined) throw error;
    }
    const packets = notificationPackets(values, mtu.mtu);
    await Promise.all(packets.map((packet) => channel.send(packet, wait)));
  }

  #misfit(opcode: number, { length }: Uint8Array): Error | undefined {
    if (length <= this.maxValueLength) return undefined;
    const { mtu, peer } = this.#options;
    return new InvalidArgumentError(
      `${attOpcodeName(opcode)} to ${peer}: ${length} octets of value do not fit, ${this.maxValueLength} do at an ATT_MTU of ${mtu.mtu}`,
    );
  }

  #later(wait: WaitOptions | undefined, send: (left: WaitOptions) => Promise<void>): Promise<void> {
    const { clock, defaultTimeoutMs, describe, mtu, peer, scope } = this.#options;
    return procedure<void>(
      {
        what: `notifying ${peer}`,
        clock,
        scope,
        defaultTimeoutMs: defaultTimeoutMs(),
        ...wait,
        hint: () => describe() ?? 'the MTU exchange is on its way',
      },
      (settle) =>
        mtu.hold(() => {
          const left = { timeoutMs: Number.POSITIVE_INFINITY, signal: wait?.signal };
          send(left).then(settle.resolve, settle.reject);
        }),
    );
  }
}

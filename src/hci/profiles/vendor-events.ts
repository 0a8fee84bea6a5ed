import { type Bytes, copyBytes } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { procedure } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import { EVENT_HEADER_LENGTH } from '../codec/event.ts';

/** Of events that makers define (Vol 4, Part E, 5.4.4). */
export const VENDOR_EVENT_CODE = 0xff;

/** What a chip tells by events of its maker while it is started. The last of each kind is kept until somebody asks, since it may come before the answer to the command that it follows from. */
export class VendorEvents {
  readonly #clock: Clock;
  readonly #scope: WaitScope;
  readonly #heard = new Map<number, Bytes>();
  #waiting: { readonly kind: number; resolve(parameters: Bytes): void } | undefined;

  constructor(clock: Clock, scope: WaitScope) {
    this.#clock = clock;
    this.#scope = scope;
  }

  /** A whole event packet. Its first parameter says of which kind it is. */
  received(packet: Uint8Array): void {
    const kind = packet[EVENT_HEADER_LENGTH];
    if (kind === undefined) return;
    const parameters = copyBytes(packet.subarray(EVENT_HEADER_LENGTH + 1));
    if (this.#waiting?.kind === kind) this.#waiting.resolve(parameters);
    else this.#heard.set(kind, parameters);
  }

  forget(): void {
    this.#heard.clear();
  }

  /** The parameters behind the kind. Rejects with TimeoutError. One waits at a time. */
  async next(kind: number, what: string, timeoutMs: number): Promise<Bytes> {
    const heard = this.#heard.get(kind);
    if (heard !== undefined) {
      this.#heard.delete(kind);
      return heard;
    }
    try {
      return await procedure<Bytes>(
        { what, clock: this.#clock, scope: this.#scope, defaultTimeoutMs: timeoutMs },
        (settle) => {
          this.#waiting = { kind, resolve: (parameters) => settle.resolve(parameters) };
          return undefined;
        },
      );
    } finally {
      this.#waiting = undefined;
    }
  }
}

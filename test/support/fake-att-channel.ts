import { toHex } from '../../src/core/bytes.ts';
import { DisconnectedError } from '../../src/core/errors.ts';
import { PacketOffset } from '../../src/core/packet.ts';
import type { WaitOptions } from '../../src/core/procedure.ts';
import { WaitScope } from '../../src/core/wait-scope.ts';

interface Stalled {
  readonly pdu: Uint8Array;
  readonly options: WaitOptions | undefined;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * A channel in memory: an AttChannel, and by `cid` a FixedChannel too. Alone it records what is sent and lets a test play the peer; joined
 * to another by `channelPair()` it carries PDUs to it, each in a microtask of its own as a transport would.
 */
export class FakeChannel<Cid extends number = 4> {
  readonly scope = new WaitScope();
  readonly cid: Cid;
  /** Every PDU sent, oldest first. */
  readonly sent: Uint8Array[] = [];
  receiver: ((pdu: Uint8Array) => void) | undefined;
  /** The other end, if there is one. */
  peer: FakeChannel<Cid> | undefined;
  #stalled: Stalled[] | undefined;

  constructor(cid: Cid) {
    this.cid = cid;
  }

  send(packet: Uint8Array, options?: WaitOptions): Promise<void> {
    if (this.scope.error !== undefined) return Promise.reject(this.scope.error);
    const pdu = new Uint8Array(packet.subarray(PacketOffset.payload));
    const queue = this.#stalled;
    if (queue !== undefined) {
      return new Promise((resolve, reject) => queue.push({ pdu, options, resolve, reject }));
    }
    this.#carry(pdu);
    return Promise.resolve();
  }

  #carry(pdu: Uint8Array): void {
    this.sent.push(pdu);
    const { peer } = this;
    if (peer !== undefined) queueMicrotask(() => peer.receiver?.(pdu));
  }

  /** The controller has no more room: what is sent from now on waits. */
  stall(): void {
    if (this.#stalled !== undefined) return;
    this.#stalled = [];
    this.scope.add((error) => {
      for (const wait of this.#stalled ?? []) wait.reject(error);
    });
  }

  /** Sends waiting for room. */
  get waiting(): number {
    return this.#stalled?.length ?? 0;
  }

  /** There is room again. */
  resume(): void {
    const queue = this.#stalled ?? [];
    this.#stalled = undefined;
    for (const { pdu, resolve } of queue) {
      this.#carry(pdu);
      resolve();
    }
  }

  /** A PDU arrives. The view handed over is spoilt afterwards, so that whoever kept it is found out. */
  deliver(pdu: Uint8Array | readonly number[]): void {
    const view = Uint8Array.from(pdu);
    this.receiver?.(view);
    view.fill(0xee);
  }

  /** What was sent since the last call, in hexadecimal. */
  takeSent(): string[] {
    return this.sent.splice(0).map((pdu) => toHex(pdu));
  }

  /** The link is gone. */
  disconnect(reason = 0x08): void {
    this.scope.end(new DisconnectedError('the link was lost', reason));
  }
}

/** Two ends of one ATT channel. */
export const channelPair = (): readonly [FakeChannel, FakeChannel] => {
  const a = new FakeChannel(4);
  const b = new FakeChannel(4);
  a.peer = b;
  b.peer = a;
  return [a, b];
};

import { copyBytes } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { InvalidStateError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { goesAtOnce, procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import { WaitScope } from '../core/wait-scope.ts';
import type { AclCounterName } from './acl-counters.ts';
import { type AclLink, type AclReceiver, alreadySent } from './acl-link.ts';
import { BoundaryFlag, writeAclHeader } from './codec/acl.ts';

/** PDUs that may wait on a link. More is a sender that does not await. */
export const MAX_QUEUED_PDUS = 1024;
/** Fragments kept until the receiver is set. */
export const MAX_UNREAD_FRAGMENTS = 16;
/** The default deadline of send(), to which the link's own pace is added. */
const SEND_TIMEOUT_MS = 1_000;

/** What a connection needs of the scheduler that shares the controller's buffers. */
export interface AclPool {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters<AclCounterName>;
  /** Fragments that this link may hand over now. */
  room(link: AclConnection): number;
  transmit(link: AclConnection, packet: Uint8Array): void;
  enqueue(link: AclConnection): void;
}

interface QueuedPdu {
  readonly fragments: readonly Uint8Array[];
  /** The fragment that leaves next; those before it are with the controller. */
  next: number;
  readonly settle: Settle<void>;
}

interface Unread {
  readonly data: Uint8Array;
  readonly first: boolean;
}

/** The data path of one connection, from its Connection Complete to its end. */
export class AclConnection implements AclLink {
  readonly handle: number;
  /** Whom it leads to, for messages. */
  readonly peer: string;
  readonly scope = new WaitScope();
  readonly maxFragmentLength: number;
  /** Fragments that the controller has and has not acknowledged. The scheduler's to change. */
  outstanding = 0;
  /** The longest time between two chances of the peer to be heard: connection interval and latency. Kept up to date by the controller's events. */
  paceMs = 0;
  readonly #pool: AclPool;
  readonly #queue: QueuedPdu[] = [];
  #unread: Unread[] = [];
  #receiver: AclReceiver | undefined;

  constructor(handle: number, peer: string, maxFragmentLength: number, pool: AclPool) {
    this.handle = handle;
    this.peer = peer;
    this.maxFragmentLength = maxFragmentLength;
    this.#pool = pool;
  }

  get receiver(): AclReceiver | undefined {
    return this.#receiver;
  }

  set receiver(receiver: AclReceiver | undefined) {
    this.#receiver = receiver;
    if (receiver === undefined) return;
    const unread = this.#unread;
    this.#unread = [];
    for (const { data, first } of unread) this.receive(data, first);
  }

  send(first: Uint8Array, more?: readonly Uint8Array[], options?: WaitOptions): Promise<void> {
    const count = more === undefined ? 1 : 1 + more.length;
    const open = this.#queue.length === 0 && this.scope.error === undefined;
    if (!open || !goesAtOnce(options) || this.#pool.room(this) < count)
      return this.#sendLater(first, more, options);
    writeAclHeader(first, this.handle, BoundaryFlag.firstNonFlushable);
    this.#pool.transmit(this, first);
    if (more !== undefined) {
      for (const fragment of more) {
        writeAclHeader(fragment, this.handle, BoundaryFlag.continuing);
        this.#pool.transmit(this, fragment);
      }
    }
    return alreadySent;
  }

  #sendLater(first: Uint8Array, more: readonly Uint8Array[] = [], options: WaitOptions = {}): Promise<void> {
    return procedure<void>(
      {
        what: `sending to ${this.peer}`,
        clock: this.#pool.clock,
        defaultTimeoutMs: SEND_TIMEOUT_MS + 2 * this.paceMs,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        scope: this.scope,
        hint: () =>
          `the controller holds ${this.outstanding} packets of this link that the peer has not taken: it may be out of range`,
      },
      (settle) => {
        if (this.#queue.length >= MAX_QUEUED_PDUS) {
          this.#pool.counters.add('aclQueueFull');
          throw new InvalidStateError(
            `${MAX_QUEUED_PDUS} PDUs wait for ${this.peer}: await what was sent before sending more`,
          );
        }
        const pdu: QueuedPdu = { fragments: [first, ...more], next: 0, settle };
        this.#queue.push(pdu);
        if (this.#queue.length === 1) this.#pool.enqueue(this);
        return () => this.#withdraw(pdu);
      },
    );
  }

  /** What has begun to leave must go on: the peer would take the next PDU for the rest of this one. */
  #withdraw(pdu: QueuedPdu): void {
    const at = this.#queue.indexOf(pdu);
    if (at >= 0 && pdu.next === 0) this.#queue.splice(at, 1);
  }

  /** @internal For the scheduler, when it is this link's turn. Gives whether more waits. */
  transmitNext(): boolean {
    const pdu = this.#queue[0];
    if (pdu === undefined) return false;
    const fragment = pdu.fragments[pdu.next];
    if (fragment !== undefined) {
      const flag = pdu.next === 0 ? BoundaryFlag.firstNonFlushable : BoundaryFlag.continuing;
      pdu.next++;
      writeAclHeader(fragment, this.handle, flag);
      this.#pool.transmit(this, fragment);
    }
    if (pdu.next >= pdu.fragments.length) {
      this.#queue.shift();
      pdu.settle.resolve();
    }
    return this.#queue.length > 0;
  }

  /** @internal A fragment from the controller. What the receiver throws ends here. */
  receive(data: Uint8Array, first: boolean): void {
    const receiver = this.#receiver;
    if (receiver === undefined) {
      if (this.#unread.length >= MAX_UNREAD_FRAGMENTS) this.#pool.counters.add('aclUnreadDropped');
      else this.#unread.push({ data: copyBytes(data), first });
      return;
    }
    try {
      receiver(data, first);
    } catch (error) {
      this.#pool.counters.add('aclReceiverErrors');
      this.#pool.log.write('error', 'hci', () => `the receiver of data from ${this.peer} threw: ${error}`);
    }
  }

  /** @internal For the scheduler, which has taken the buffers back. */
  end(error: Error): void {
    this.outstanding = 0;
    this.#queue.length = 0;
    this.#unread = [];
    this.#receiver = undefined;
    this.scope.end(error);
  }
}

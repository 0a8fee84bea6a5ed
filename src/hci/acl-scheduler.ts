import type { Clock } from '../core/clock.ts';
import { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import { AclConnection, type AclPool } from './acl-connection.ts';
import { type AclCounterName, aclCounterNames } from './acl-counters.ts';
import { aclData, aclHandle, isAclFirst, isAclPacket } from './codec/acl.ts';
import { visitCompletedPackets } from './codec/completed-packets.ts';
import { EarlyAcl } from './early-acl.ts';

export interface AclSchedulerOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Of the transport. */
  readonly eventLagMs: number | undefined;
  write(packet: Uint8Array): void;
}

/** What HCI_Read_Buffer_Size said, of the pool that LE links use (Vol 4, Part E, 4.1). */
export interface AclBuffers {
  readonly maxFragmentLength: number;
  readonly count: number;
}

/**
 * Shares the controller's ACL buffers between the links. Fragments leave by turns, one of each link that waits. A link leaves one buffer to each
 * other link, so that one whose peer has gone silent cannot stop the rest.
 */
export class AclScheduler implements AclPool {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters = new Counters<AclCounterName>(aclCounterNames);
  readonly #write: (packet: Uint8Array) => void;
  readonly #links = new Map<number, AclConnection>();
  readonly #early: EarlyAcl;
  /** Links with something queued, the next in turn first. */
  readonly #waiting: AclConnection[] = [];
  #buffers: AclBuffers = { maxFragmentLength: 0, count: 0 };
  #available = 0;
  #stopped = false;

  constructor(options: AclSchedulerOptions) {
    this.clock = options.clock;
    this.log = options.log;
    this.#write = (packet) => options.write(packet);
    this.#early = new EarlyAcl(options.clock, options.eventLagMs);
  }

  get links(): ReadonlyMap<number, AclConnection> {
    return this.#links;
  }

  /** Buffers of the controller that are free. */
  get available(): number {
    return this.#available;
  }

  /** Called once, before there are links. */
  setBuffers(buffers: AclBuffers): void {
    this.#buffers = buffers;
    this.#available = buffers.count;
  }

  /** A new link. One that still had the handle must have been ended. */
  open(handle: number, peer: string): AclConnection {
    const link = new AclConnection(handle, peer, this.#buffers.maxFragmentLength, this);
    this.#links.set(handle, link);
    for (const fragment of this.#early.take(handle)) link.receive(fragment.data, fragment.first);
    return link;
  }

  /** Ends a link: its buffers are free again (Vol 4, Part E, 4.1), and whoever waited on it is rejected with `error`. */
  close(link: AclConnection, error: Error): void {
    if (this.#links.get(link.handle) !== link) return;
    this.#links.delete(link.handle);
    const at = this.#waiting.indexOf(link);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#available += link.outstanding;
    this.#early.ended(link.handle);
    link.end(error);
    this.#pump();
  }

  /** Ends every link, when the controller is gone. Nothing is sent from here on. */
  stop(error: Error): void {
    this.#stopped = true;
    for (const link of [...this.#links.values()]) this.close(link, error);
    this.#early.stop();
  }

  /** A whole ACL packet from the controller. */
  receive(packet: Uint8Array): void {
    if (!isAclPacket(packet)) {
      this.counters.add('aclMalformed');
      return;
    }
    const handle = aclHandle(packet);
    const link = this.#links.get(handle);
    if (link !== undefined && this.#early.isOfOldLink(handle)) this.counters.add('aclOfOldLinkDropped');
    else if (link !== undefined) link.receive(aclData(packet), isAclFirst(packet));
    else if (this.#early.keep(handle, aclData(packet), isAclFirst(packet))) this.counters.add('aclEarlyKept');
    else this.counters.add('aclUnknownHandleDropped');
  }

  /** A whole HCI_Number_Of_Completed_Packets. What it claims beyond what was sent is not believed. */
  completed(packet: Uint8Array): void {
    if (!visitCompletedPackets(packet, this.#complete)) this.counters.add('completedMalformed');
    if (this.#waiting.length > 0) this.#pump();
  }

  readonly #complete = (handle: number, completed: number): void => {
    const link = this.#links.get(handle);
    if (link === undefined) {
      this.counters.add('completedUnknownHandle');
      return;
    }
    const believed = Math.min(completed, link.outstanding);
    if (believed < completed) this.counters.add('completedTooMany');
    link.outstanding -= believed;
    this.#available += believed;
  };

  /** @internal For AclConnection. */
  room(link: AclConnection): number {
    if (this.#stopped) return 0;
    const others = this.#links.size - 1;
    const share = Math.max(1, this.#buffers.count - others) - link.outstanding;
    return Math.min(share, this.#available);
  }

  /** @internal For AclConnection: there is room, and the header has been written. */
  transmit(link: AclConnection, packet: Uint8Array): void {
    link.outstanding++;
    this.#available--;
    this.#write(packet);
  }

  /** @internal For AclConnection: something waits on it. */
  enqueue(link: AclConnection): void {
    // One that took its last PDU back may still stand in line.
    if (!this.#waiting.includes(link)) this.#waiting.push(link);
    this.#pump();
  }

  #pump(): void {
    let passed = 0;
    while (this.#available > 0 && passed < this.#waiting.length) {
      const link = this.#waiting.shift();
      if (link === undefined) return;
      if (this.room(link) <= 0) {
        this.#waiting.push(link);
        passed++;
      } else {
        passed = 0;
        if (link.transmitNext()) this.#waiting.push(link);
      }
    }
  }
}

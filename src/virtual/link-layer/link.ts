import { noTimer, type Timer } from '../../core/clock.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { airtimeMs, INTER_FRAME_MS } from '../propagation.ts';
import type { DeviceAddress } from './device-address.ts';
import { LinkEnd } from './link-end.ts';
import type { LinkOwner } from './link-owner.ts';
import { intervalMs, type LinkParameters, supervisionMs } from './link-parameters.ts';
import type { Medium } from './medium.ts';

export interface LinkSide {
  readonly owner: LinkOwner;
  readonly address: DeviceAddress;
  readonly handle: number;
}

/** Packets that a link without time moves before others get their turn. */
const PACKETS_A_TURN = 64;
/** Events in which a new link must have been heard (Vol 6, Part B, 4.5.2). */
const EVENTS_TO_ESTABLISH = 6;
/** An instant lies at least so many events ahead (Vol 6, Part B, 5.5). */
const EVENTS_TO_INSTANT = 6;
const FIRST_EVENT_MS = 1.25;

/** A connection: two ends and the events in which they meet (Vol 6, Part B, 4.5). */
export class Link {
  readonly medium: Medium;
  readonly central: LinkEnd;
  readonly peripheral: LinkEnd;
  parameters: LinkParameters;
  /** The data channels in use: 37 bits. */
  channelMap: Uint8Array;
  #scheduled = false;
  #event: Timer = noTimer;
  #supervision: Timer = noTimer;
  #anchorMs: number;
  #eventCounter = -1;
  #lastAttended = -1;
  #established = false;
  #reliable = true;

  constructor(medium: Medium, central: LinkSide, peripheral: LinkSide, parameters: LinkParameters) {
    this.medium = medium;
    this.parameters = parameters;
    this.channelMap = central.owner.channels;
    this.#anchorMs = medium.clock.now() + FIRST_EVENT_MS;
    const end = (side: LinkSide, peer: LinkSide, role: 'central' | 'peripheral'): LinkEnd =>
      new LinkEnd({
        link: this,
        owner: side.owner,
        role,
        own: side.address,
        peerOnAir: peer.address,
        handle: side.handle,
      });
    this.central = end(central, peripheral, 'central');
    this.peripheral = end(peripheral, central, 'peripheral');
    for (const side of [this.central, this.peripheral]) side.txPhy = side.rxPhy = parameters.phy;
  }

  /** The two have met. */
  start(): void {
    this.medium.addLink(this);
    this.reachabilityChanged();
  }

  /** Something waits to be sent, or there is room again. */
  kick(): void {
    if (!this.central.open || !this.peripheral.open) return;
    if (!this.medium.ideal) {
      this.#arm();
      return;
    }
    if (this.#scheduled || !this.#reliable) return;
    this.#scheduled = true;
    this.medium.turns.post(this.#exchange);
  }

  readonly #exchange = (): void => {
    this.#scheduled = false;
    const { central, peripheral } = this;
    let moved = 0;
    let lost = false;
    while (moved < PACKETS_A_TURN && central.open && peripheral.open) {
      const before = moved;
      for (const end of [central, peripheral]) {
        const turn = central.open && peripheral.open ? end.turn(true) : 'idle';
        if (turn === 'sent') moved++;
        else if (turn === 'lost') lost = true;
      }
      if (moved === before) break;
    }
    central.acknowledge();
    peripheral.acknowledge();
    if (moved >= PACKETS_A_TURN) this.kick();
    // What a fault took is sent again at the next event, and that one is an interval away even here.
    else if (lost && this.#event === noTimer && central.open && peripheral.open) {
      this.#event = this.medium.after(intervalMs(this.parameters), () => {
        this.#event = noTimer;
        this.kick();
      });
    }
  };

  /** Runs `change` at both ends at one instant. */
  atInstant(change: () => void): void {
    if (this.medium.ideal) {
      change();
      return;
    }
    const events = EVENTS_TO_INSTANT * (1 + this.parameters.latency);
    this.medium.after(events * intervalMs(this.parameters), () => {
      if (!this.central.open || !this.peripheral.open) return;
      change();
    });
  }

  changeParameters(parameters: LinkParameters): void {
    this.parameters = parameters;
    this.#anchorMs = this.medium.clock.now();
    this.#eventCounter = -1;
    this.#lastAttended = -1;
    this.#event.cancel();
    this.#event = noTimer;
    this.kick();
  }

  /** Data came with the wrong integrity code: both ends go (Vol 6, Part B, 5.1.3.1). */
  micFailed(): void {
    this.central.close(HciErrorCode.connectionTerminatedMicFailure);
    this.peripheral.close(HciErrorCode.connectionTerminatedMicFailure);
  }

  /** One end has gone; what the other notices is that it hears nothing any more. */
  endClosed(end: LinkEnd): void {
    this.#event.cancel();
    this.#event = noTimer;
    const { other } = end;
    if (!other.open) {
      this.#supervision.cancel();
      this.medium.removeLink(this);
      return;
    }
    if (this.medium.ideal) this.medium.turns.post(() => other.close(HciErrorCode.connectionTimeout));
    else this.reachabilityChanged();
  }

  /** Walls, distance, loss or a peer that went: from now on it matters when each side last heard the other. */
  reachabilityChanged(): void {
    const { central, peripheral, medium } = this;
    const both = central.open && peripheral.open;
    const was = this.#reliable;
    this.#reliable = both && medium.reliable(central.owner.station, peripheral.owner.station);
    if (this.#reliable) {
      this.#supervision.cancel();
      this.#supervision = noTimer;
    } else if (was) {
      const now = medium.clock.now();
      if (this.#eventCounter >= 0 || medium.ideal) central.lastHeardMs = peripheral.lastHeardMs = now;
      this.#supervise();
    }
    this.kick();
  }

  #supervise(): void {
    this.#supervision.cancel();
    const now = this.medium.clock.now();
    const limit = supervisionMs(this.parameters);
    let nextMs = Number.POSITIVE_INFINITY;
    for (const end of [this.central, this.peripheral]) {
      if (!end.open) continue;
      const leftMs = end.lastHeardMs + limit - now;
      if (leftMs <= 0) end.close(HciErrorCode.connectionTimeout);
      else nextMs = Math.min(nextMs, leftMs);
    }
    if (nextMs !== Number.POSITIVE_INFINITY && (this.central.open || this.peripheral.open)) {
      this.#supervision = this.medium.after(nextMs, () => this.#supervise());
    }
  }

  /** Plans the next event that matters: one at which data can pass, or, where packets can be lost, the next one of all. */
  #arm(): void {
    if (this.#event !== noTimer) return;
    const { central, peripheral } = this;
    if (!central.open || !peripheral.open) return;
    if (this.#reliable && !central.pending && !peripheral.pending && this.#established) return;
    const interval = intervalMs(this.parameters);
    const now = this.medium.clock.now();
    let event = Math.max(this.#eventCounter + 1, Math.ceil((now - this.#anchorMs) / interval - 1e-9));
    if (!peripheral.pending && this.#established) {
      // The peripheral wakes at every (latency + 1)th event alone; the events it slept through in silence count as attended in step.
      const step = this.parameters.latency + 1;
      event = this.#lastAttended + Math.ceil((event - this.#lastAttended) / step) * step;
    }
    const dueMs = Math.max(0, this.#anchorMs + event * interval - now);
    this.#event = this.medium.after(dueMs, () => {
      this.#event = noTimer;
      this.#eventCounter = event;
      this.#lastAttended = event;
      this.#connectionEvent();
    });
  }

  #connectionEvent(): void {
    const { central, peripheral, medium } = this;
    const endMs = intervalMs(this.parameters) - INTER_FRAME_MS;
    let spentMs = 0;
    while (central.open && peripheral.open) {
      spentMs += this.#pairAirtimeMs();
      if (spentMs > endMs && spentMs > this.#pairAirtimeMs()) break;
      if (!this.#hears(peripheral)) break;
      const sent = central.turn(true);
      if (!central.open || !peripheral.open) break;
      if (!this.#hears(central)) break;
      this.#established = true;
      const answered = peripheral.turn(true);
      if (sent !== 'sent' && answered !== 'sent') break;
    }
    central.acknowledge();
    peripheral.acknowledge();
    if (!this.#established && this.#eventCounter + 1 >= EVENTS_TO_ESTABLISH) {
      central.close(HciErrorCode.connectionFailedToBeEstablished);
      peripheral.close(HciErrorCode.connectionFailedToBeEstablished);
    }
    if (medium.ideal) return;
    this.#arm();
  }

  /** Whether a packet to `end` arrives now; an empty one is sent where there is no other. */
  #hears(end: LinkEnd): boolean {
    if (!this.medium.received(end.other.owner.station, end.owner.station)) return false;
    end.lastHeardMs = this.medium.clock.now();
    return true;
  }

  #pairAirtimeMs(): number {
    const { central, peripheral } = this;
    return (
      airtimeMs(central.txPhy, central.nextLength()) +
      airtimeMs(peripheral.txPhy, peripheral.nextLength()) +
      2 * INTER_FRAME_MS
    );
  }
}

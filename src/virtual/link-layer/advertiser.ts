import { noTimer, type Timer } from '../../core/clock.ts';
import { airtimeMs, INTER_FRAME_MS } from '../propagation.ts';
import { type DeviceAddress, sameDevice } from './device-address.ts';
import type { FilterAcceptList } from './filter-list.ts';
import type { Identified, Identities } from './identities.ts';
import type { LinkSide } from './link.ts';
import type { LinkParameters } from './link-parameters.ts';
import type { Medium, Station } from './medium.ts';

/** What an advertising event says of itself to all that hear it. */
export interface AdvertisingEvent {
  readonly advertiser: Advertiser;
  readonly legacy: boolean;
  readonly connectable: boolean;
  readonly scannable: boolean;
  /** Undefined where the advertiser is anonymous. */
  readonly from: DeviceAddress | undefined;
  /** Whom a directed event is for. */
  readonly target: DeviceAddress | undefined;
  readonly data: Uint8Array;
  readonly channelMap: number;
  readonly primaryPhy: number;
  /** 0 where nothing is sent on the secondary channels. */
  readonly secondaryPhy: number;
  readonly sid: number | undefined;
  readonly txPowerDbm: number | undefined;
  /** Between its first packets on two primary channels. */
  readonly spacingMs: number;
}

/** An initiator that wants the advertiser. */
export interface ConnectRequest {
  readonly from: DeviceAddress;
  /** Called when the link is made and not before. */
  readonly central: () => LinkSide;
  readonly parameters: LinkParameters;
}

export interface AdvertiserOptions {
  readonly medium: Medium;
  readonly station: Station;
  readonly legacy: boolean;
  readonly connectable: boolean;
  readonly scannable: boolean;
  readonly highDuty: boolean;
  readonly intervalMs: number;
  readonly channelMap: number;
  readonly primaryPhy: number;
  readonly secondaryPhy: number;
  readonly sid: number | undefined;
  readonly txPowerDbm: number | undefined;
  /** The own address, which may change from event to event. */
  readonly own: () => DeviceAddress;
  readonly anonymous: boolean;
  /** The identity of the one device that a directed event is for, and what that is called on the air. */
  readonly target: DeviceAddress | undefined;
  readonly targetOnAir: () => DeviceAddress | undefined;
  readonly identities: Identities;
  readonly acceptList: FilterAcceptList;
  /** Who may scan and who may connect (Vol 4, Part E, 7.8.5): bit 0 restricts scans, bit 1 connects, to the accept list. */
  readonly filterPolicy: number;
  readonly data: () => Uint8Array;
  readonly scanResponse: () => Uint8Array;
  /** Infinity for no end. */
  readonly durationMs: number;
  readonly maxEvents: number;
  /** A scan request is answered. */
  readonly onScanned?: ((by: Identified) => void) | undefined;
  /** Whether there is room for a link with that device. */
  readonly mayConnect: (device: DeviceAddress) => boolean;
  /** Makes the link. The advertiser has stopped when it is called. */
  readonly onConnect: (request: ConnectRequest) => void;
  /** It ended by itself. */
  readonly onTimeout: (reason: 'duration' | 'events') => void;
}

/** The random part of the time between two events (Vol 6, Part B, 4.4.2.2.1). */
const LONGEST_ADVERTISING_DELAY_MS = 10;

/** A Link Layer in the Advertising state (Vol 6, Part B, 4.4.2): one advertising set. */
export class Advertiser {
  readonly station: Station;
  readonly #options: AdvertiserOptions;
  #active = false;
  #begun = false;
  #next: Timer = noTimer;
  #end: Timer = noTimer;
  #events = 0;

  constructor(options: AdvertiserOptions) {
    this.#options = options;
    this.station = options.station;
  }

  get active(): boolean {
    return this.#active;
  }

  /** Whether the first event is over: before it nobody can be met. */
  get begun(): boolean {
    return this.#active && this.#begun;
  }

  get events(): number {
    return this.#events;
  }

  get usesAcceptList(): boolean {
    return this.#options.filterPolicy !== 0;
  }

  start(): void {
    const { medium, durationMs } = this.#options;
    this.#active = true;
    medium.addAdvertiser(this);
    medium.turns.post(() => this.#turn());
    if (durationMs !== Number.POSITIVE_INFINITY) {
      this.#end = medium.after(durationMs, () => this.#timeOut('duration'));
    }
  }

  stop(): void {
    this.#active = false;
    this.#begun = false;
    this.#next.cancel();
    this.#end.cancel();
    this.#options.medium.removeAdvertiser(this);
  }

  #timeOut(reason: 'duration' | 'events'): void {
    if (!this.#active) return;
    this.stop();
    this.#options.onTimeout(reason);
  }

  #turn(): void {
    if (!this.#active) return;
    const { medium, intervalMs, highDuty, maxEvents } = this.#options;
    this.#begun = true;
    this.#events++;
    medium.broadcast(this.event());
    if (!this.#active) return;
    if (this.#events >= maxEvents) {
      this.#timeOut('events');
      return;
    }
    const delay = medium.ideal || highDuty ? 0 : medium.random.fraction() * LONGEST_ADVERTISING_DELAY_MS;
    this.#next = medium.after(intervalMs + delay, () => this.#turn());
  }

  event(): AdvertisingEvent {
    const o = this.#options;
    const data = o.data();
    const from = o.anonymous ? undefined : o.own();
    const target = o.targetOnAir();
    if (from !== undefined) o.medium.sends('advertising', this.station, from, target);
    const answerMs = o.scannable || o.connectable ? 2 * INTER_FRAME_MS + airtimeMs(o.primaryPhy, 12) : 0;
    return {
      advertiser: this,
      legacy: o.legacy,
      connectable: o.connectable,
      scannable: o.scannable,
      from,
      target,
      data,
      channelMap: o.channelMap,
      primaryPhy: o.primaryPhy,
      secondaryPhy: o.secondaryPhy,
      sid: o.sid,
      txPowerDbm: o.txPowerDbm,
      spacingMs: airtimeMs(o.primaryPhy, o.legacy ? 6 + data.length : 12) + answerMs,
    };
  }

  /** A scan request arrived: what it is answered with, or undefined where it is not. */
  scanRequested(by: DeviceAddress): Uint8Array | undefined {
    const { scannable, filterPolicy, acceptList, onScanned, target, identities } = this.#options;
    if (!this.#active || !scannable) return undefined;
    const who = identities.identify(by);
    if (who === undefined) return undefined;
    if (target !== undefined && !sameDevice(target, who.device)) return undefined;
    if ((filterPolicy & 1) !== 0 && !acceptList.has(who.device)) return undefined;
    onScanned?.(who);
    return this.#options.scanResponse();
  }

  /** A connect request arrived. True where the two are connected now. */
  connectRequested(request: ConnectRequest): boolean {
    const { connectable, filterPolicy, acceptList, target, identities, mayConnect, onConnect } =
      this.#options;
    if (!this.#active || !connectable) return false;
    const who = identities.identify(request.from);
    if (who === undefined) return false;
    const { device } = who;
    // A target is the whole filter of directed advertising (Vol 6, Part B, 4.3.2).
    if (target !== undefined) {
      if (!sameDevice(target, device)) return false;
    } else if ((filterPolicy & 2) !== 0 && !acceptList.has(device)) return false;
    if (!mayConnect(device)) return false;
    this.stop();
    onConnect(request);
    return true;
  }
}

import type { Clock, Timer } from '../../core/clock.ts';
import { type Position, receivedPowerDbm, SENSITIVITY_DBM } from '../propagation.ts';
import { SeededRandom } from '../random.ts';
import { Turns } from '../turns.ts';
import type { Advertiser, AdvertisingEvent } from './advertiser.ts';
import type { AirFaults } from './air-faults.ts';
import type { AirMonitor, SenderOnAir } from './air-monitor.ts';
import type { Link } from './link.ts';

/** One radio on the air. */
export interface Station {
  readonly name: string;
  readonly position: Position;
  readonly txPowerDbm: number;
}

/** A scanner or an initiator. */
export interface Listener {
  readonly station: Station;
  /** Whether its receiver is on this primary channel (37 to 39) at that time. */
  listening(phy: number, channel: number, atMs: number): boolean;
  heard(event: AdvertisingEvent, rssi: number): void;
}

export interface MediumOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly ideal: boolean;
  readonly loss: number;
  readonly faults: AirFaults;
}

const FIRST_ADVERTISING_CHANNEL = 37;
const ADVERTISING_CHANNELS = 3;
const RSSI_NOISE_DB = 2;

/** What all radios of an air share: its time, its chance, who transmits and who listens. */
export class Medium {
  readonly clock: Clock;
  readonly turns: Turns;
  readonly random: SeededRandom;
  /** Whether everything on the air takes no time. */
  readonly ideal: boolean;
  readonly faults: AirFaults;
  /** Hears every packet that says who sends it. */
  monitor: AirMonitor | undefined;
  /** The share of packets that are not heard, 0 to 1. */
  loss: number;
  readonly #advertisers = new Set<Advertiser>();
  readonly #listeners = new Set<Listener>();
  readonly #links = new Set<Link>();

  constructor(options: MediumOptions) {
    this.clock = options.clock;
    this.turns = new Turns(options.clock);
    this.random = new SeededRandom(options.seed);
    this.ideal = options.ideal;
    this.loss = options.loss;
    this.faults = options.faults;
    this.faults.onChange = () => this.reachabilityChanged();
  }

  /** A packet that says who sends it goes out. */
  sends(
    kind: SenderOnAir['kind'],
    { name }: Station,
    from: SenderOnAir['from'],
    to: SenderOnAir['to'],
  ): void {
    this.monitor?.({ kind, station: name, from, to, atMs: this.clock.now() });
  }

  addLink(link: Link): void {
    this.#links.add(link);
  }

  removeLink(link: Link): void {
    this.#links.delete(link);
  }

  /** A radio has moved, a wall was put up or taken down, or the share of lost packets is another. */
  reachabilityChanged(): void {
    for (const link of [...this.#links]) link.reachabilityChanged();
  }

  /** The air keeps no process alive: whoever has a controller open does. */
  after(delayMs: number, callback: () => void): Timer {
    return this.clock.after(delayMs, callback, { background: true });
  }

  /** The power at which `to` receives `from`, or undefined where it makes nothing out. */
  rssi(from: Station, to: Station): number | undefined {
    if (this.faults.separated(from, to)) return undefined;
    const noise = this.ideal ? 0 : Math.round((this.random.fraction() * 2 - 1) * RSSI_NOISE_DB);
    const power = receivedPowerDbm(from.txPowerDbm, from.position, to.position) + noise;
    return power < SENSITIVITY_DBM ? undefined : power;
  }

  /** Whether `to` receives one packet of `from`: a matter of distance, of faults and of luck. */
  received(from: Station, to: Station): boolean {
    if (this.rssi(from, to) === undefined) return false;
    return this.loss === 0 || this.random.fraction() >= this.loss;
  }

  /** Whether a packet can get lost at all between the two: a link that cannot lose any may rest between events with data. */
  reliable(a: Station, b: Station): boolean {
    return this.loss === 0 && this.rssi(a, b) !== undefined && this.rssi(b, a) !== undefined;
  }

  addAdvertiser(advertiser: Advertiser): void {
    this.#advertisers.add(advertiser);
  }

  removeAdvertiser(advertiser: Advertiser): void {
    this.#advertisers.delete(advertiser);
  }

  /** Where nothing takes time, who begins to listen meets all that advertise at once. */
  addListener(listener: Listener): void {
    this.#listeners.add(listener);
    if (!this.ideal) return;
    this.turns.post(() => {
      for (const advertiser of [...this.#advertisers]) {
        if (!this.#listeners.has(listener)) return;
        if (advertiser.begun) this.#offer(advertiser.event(), listener);
      }
    });
  }

  removeListener(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** One advertising event. Whoever hears it may end it by connecting. */
  broadcast(event: AdvertisingEvent): void {
    for (const listener of [...this.#listeners]) {
      if (!event.advertiser.active) return;
      if (this.#listeners.has(listener)) this.#offer(event, listener);
    }
  }

  #offer(event: AdvertisingEvent, listener: Listener): void {
    const from = event.advertiser.station;
    if (from === listener.station) return;
    if (!this.ideal && !this.#catches(event, listener)) return;
    const power = this.rssi(from, listener.station);
    if (power === undefined || !this.faults.passesAdvertising(event, listener.station)) return;
    listener.heard(event, power);
  }

  /** An event sends on each of its channels in turn; one of them is enough. */
  #catches(event: AdvertisingEvent, listener: Listener): boolean {
    const nowMs = this.clock.now();
    for (let i = 0, sent = 0; i < ADVERTISING_CHANNELS; i++) {
      if ((event.channelMap & (1 << i)) === 0) continue;
      const atMs = nowMs + sent++ * event.spacingMs;
      if (!listener.listening(event.primaryPhy, FIRST_ADVERTISING_CHANNEL + i, atMs)) continue;
      if (this.loss === 0 || this.random.fraction() >= this.loss) return true;
    }
    return false;
  }
}

import type { AdvertisingEvent } from './advertiser.ts';
import { type DeviceAddress, deviceKey, sameDevice } from './device-address.ts';
import { ANYBODY_ANONYMOUS, type FilterAcceptList } from './filter-list.ts';
import type { Identified, Identities } from './identities.ts';
import type { Listener, Medium, Station } from './medium.ts';

/** When a receiver that sleeps between windows is on. */
export interface ListenTimes {
  readonly phy: number;
  readonly intervalMs: number;
  readonly windowMs: number;
}

/** Each window listens on the next channel (Vol 6, Part B, 4.4.3). */
export const listensAt = (times: ListenTimes, startMs: number, channel: number, atMs: number): boolean => {
  const since = atMs - startMs;
  if (since < 0 || since % times.intervalMs >= times.windowMs) return false;
  return 37 + (Math.floor(since / times.intervalMs) % 3) === channel;
};

export interface ScanReport {
  readonly event: AdvertisingEvent;
  /** Who advertises; undefined where it does not say. */
  readonly who: Identified | undefined;
  readonly scanResponse: boolean;
  readonly data: Uint8Array;
  readonly rssi: number;
}

export interface ScannerOptions {
  readonly medium: Medium;
  readonly station: Station;
  /** One for each PHY that is scanned. */
  readonly times: readonly ListenTimes[];
  readonly active: ReadonlySet<number>;
  /** Sees extended advertising too. */
  readonly extended: boolean;
  /** PHYs it can follow an advertiser to, as a mask. */
  readonly phys: number;
  /** The own address towards an advertiser, by its identity. */
  readonly own: (advertiser: DeviceAddress | undefined) => DeviceAddress;
  readonly identities: Identities;
  readonly filterPolicy: number;
  readonly filterDuplicates: boolean;
  readonly acceptList: FilterAcceptList;
  readonly onReport: (report: ScanReport) => void;
}

/** Whether a receiver with these PHYs can go where the rest of an event is. */
export const follows = (event: AdvertisingEvent, phys: number): boolean =>
  event.secondaryPhy === 0 || (phys & (1 << (event.secondaryPhy - 1))) !== 0;

/** Devices that a duplicate filter remembers; the longest known is forgotten for a new one, and may be reported again. */
const DUPLICATES_KEPT = 1024;

/** A Link Layer in the Scanning state (Vol 6, Part B, 4.4.3). */
export class Scanner implements Listener {
  readonly station: Station;
  readonly #options: ScannerOptions;
  readonly #startMs: number;
  readonly #seen = new Set<string>();

  constructor(options: ScannerOptions) {
    this.#options = options;
    this.station = options.station;
    this.#startMs = options.medium.clock.now();
  }

  get usesAcceptList(): boolean {
    return (this.#options.filterPolicy & 1) !== 0;
  }

  start(): void {
    this.#options.medium.addListener(this);
  }

  stop(): void {
    this.#options.medium.removeListener(this);
  }

  /** Forgets what has been reported, as each period of a periodic scan does. */
  forgetDuplicates(): void {
    this.#seen.clear();
  }

  listening(phy: number, channel: number, atMs: number): boolean {
    return this.#options.times.some(
      (times) => times.phy === phy && listensAt(times, this.#startMs, channel, atMs),
    );
  }

  heard(event: AdvertisingEvent, rssi: number): void {
    const { extended, times, active, own, identities, medium } = this.#options;
    if (!event.legacy && !extended) return;
    if (!times.some(({ phy }) => phy === event.primaryPhy)) return;
    const who = event.from === undefined ? undefined : identities.identify(event.from);
    if (event.from !== undefined && who === undefined) return;
    if (!follows(event, this.#options.phys) || !this.#admits(event, who)) return;
    this.#report({ event, who, scanResponse: false, data: event.data, rssi });
    if (!active.has(event.primaryPhy) || !event.scannable) return;
    const asking = own(who?.device);
    medium.sends('scanRequest', this.station, asking, event.from);
    if (!medium.ideal && !medium.received(this.station, event.advertiser.station)) return;
    const answer = event.advertiser.scanRequested(asking);
    if (answer === undefined) return;
    if (!medium.ideal && !medium.received(event.advertiser.station, this.station)) return;
    this.#report({ event, who, scanResponse: true, data: answer, rssi });
  }

  #admits(event: AdvertisingEvent, who: Identified | undefined): boolean {
    const { filterPolicy, acceptList, own, identities } = this.#options;
    const { target } = event;
    // Directed to somebody else; policies 2 and 3, which let resolvable targets pass, are a feature that is not there (4.3.3).
    if (target !== undefined && !sameDevice(target, own(who?.device)) && !identities.calls(target))
      return false;
    if ((filterPolicy & 1) === 0) return true;
    return acceptList.has(who?.device ?? ANYBODY_ANONYMOUS);
  }

  #report(report: ScanReport): void {
    if (this.#options.filterDuplicates && this.#isDuplicate(report)) return;
    this.#options.onReport(report);
  }

  /** The data plays no part in it (4.4.3.5). */
  #isDuplicate({ event, who, scanResponse }: ScanReport): boolean {
    const device = who === undefined ? '' : deviceKey(who.device);
    const key = `${device} ${scanResponse} ${event.legacy ? '' : event.sid}`;
    if (this.#seen.has(key)) return true;
    if (this.#seen.size >= DUPLICATES_KEPT) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
    this.#seen.add(key);
    return false;
  }
}

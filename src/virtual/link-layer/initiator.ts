import type { AdvertisingEvent } from './advertiser.ts';
import { type DeviceAddress, sameDevice } from './device-address.ts';
import type { FilterAcceptList } from './filter-list.ts';
import type { Identities } from './identities.ts';
import type { LinkSide } from './link.ts';
import type { LinkParameters } from './link-parameters.ts';
import type { Listener, Medium, Station } from './medium.ts';
import { follows, type ListenTimes, listensAt } from './scanner.ts';

export interface InitiatorOptions {
  readonly medium: Medium;
  readonly station: Station;
  /** Whether there is room for a link with that device. */
  readonly mayConnect: (device: DeviceAddress) => boolean;
  /** The end that the link has here, asked for when it is made. */
  readonly side: (own: DeviceAddress) => LinkSide;
  readonly times: readonly ListenTimes[];
  readonly extended: boolean;
  /** PHYs a link may be made on, as a mask. */
  readonly phys: number;
  /** The own address towards a peer, by its identity. */
  readonly own: (peer: DeviceAddress) => DeviceAddress;
  readonly identities: Identities;
  /** Undefined: whoever is on the accept list. */
  readonly peer: DeviceAddress | undefined;
  readonly acceptList: FilterAcceptList;
  /** What the link will be, by the PHY it is made on. */
  readonly parametersOn: (phy: number) => LinkParameters;
}

/** A Link Layer in the Initiating state (Vol 6, Part B, 4.4.4). It ends with a link, or when it is stopped. */
export class Initiator implements Listener {
  readonly #options: InitiatorOptions;
  readonly #startMs: number;
  #active = false;

  constructor(options: InitiatorOptions) {
    this.#options = options;
    this.#startMs = options.medium.clock.now();
  }

  get station(): Station {
    return this.#options.station;
  }

  get active(): boolean {
    return this.#active;
  }

  get usesAcceptList(): boolean {
    return this.#options.peer === undefined;
  }

  start(): void {
    this.#active = true;
    this.#options.medium.addListener(this);
  }

  stop(): void {
    this.#active = false;
    this.#options.medium.removeListener(this);
  }

  listening(phy: number, channel: number, atMs: number): boolean {
    return this.#options.times.some(
      (times) => times.phy === phy && listensAt(times, this.#startMs, channel, atMs),
    );
  }

  heard(event: AdvertisingEvent, _rssi: number): void {
    const { peer, identities, acceptList, extended, times, medium, parametersOn, side, mayConnect } =
      this.#options;
    if (!this.#active || !event.connectable || event.from === undefined) return;
    if (!event.legacy && !extended) return;
    if (!follows(event, this.#options.phys)) return;
    if (!times.some(({ phy }) => phy === event.primaryPhy)) return;
    const device = identities.identify(event.from)?.device;
    if (device === undefined) return;
    if (
      peer === undefined
        ? !acceptList.has(device)
        : !sameDevice(peer, device) && !sameDevice(peer, event.from)
    )
      return;
    const own = this.#options.own(device);
    if (event.target !== undefined && !sameDevice(event.target, own) && !identities.calls(event.target))
      return;
    if (!mayConnect(device)) return;
    medium.sends('connectRequest', this.station, own, event.from);
    // A request that is not heard leaves the advertiser as it was; the next event brings another chance.
    if (!medium.ideal && !medium.received(this.station, event.advertiser.station)) return;
    const phy = event.legacy ? 1 : event.secondaryPhy;
    event.advertiser.connectRequested({
      from: own,
      central: () => {
        this.stop();
        return side(own);
      },
      parameters: parametersOn(phy),
    });
  }
}

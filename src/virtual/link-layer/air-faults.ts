import type { AdvertisingEvent } from './advertiser.ts';
import type { Station } from './medium.ts';

/** A data packet of a link on its way, as a fault script sees it. */
export interface DataOnAir {
  readonly from: Station;
  readonly to: Station;
  readonly payload: Uint8Array;
}

export type DataFault = 'drop' | 'corrupt';

/**
 * What goes wrong between radios, by script. A packet dropped is sent again by its link layer, as on a real air; one that is corrupt
 * passes the CRC, so that an encrypted link ends with a MIC failure and a plain one hands wrong octets up.
 */
export class AirFaults {
  readonly #walls = new Set<string>();
  /** Called by the links when reachability has changed. */
  onChange: () => void = () => undefined;
  /** Decides for each data packet; undefined lets it pass. */
  data: ((packet: DataOnAir) => DataFault | undefined) | undefined;
  /** Decides for each advertising event and each that hears it; false keeps it from being heard. */
  advertising: ((event: AdvertisingEvent, to: Station) => boolean) | undefined;

  /** Neither hears the other any more. */
  separate(a: Station, b: Station): void {
    this.#walls.add(wall(a, b));
    this.onChange();
  }

  /** Takes separate() back. */
  join(a: Station, b: Station): void {
    this.#walls.delete(wall(a, b));
    this.onChange();
  }

  separated(a: Station, b: Station): boolean {
    return this.#walls.size > 0 && this.#walls.has(wall(a, b));
  }

  passesAdvertising(event: AdvertisingEvent, to: Station): boolean {
    return this.advertising?.(event, to) ?? true;
  }
}

const wall = (a: Station, b: Station): string => [a.name, b.name].sort().join('\n');

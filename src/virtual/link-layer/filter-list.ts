import { type DeviceAddress, deviceKey } from './device-address.ts';

/** An entry that stands for all advertisers that do not tell who they are. */
export const ANYBODY_ANONYMOUS = 'anonymous';

/** Who may be heard: the Filter Accept List (Vol 6, Part B, 4.3.1). */
export class FilterAcceptList {
  readonly size: number;
  readonly #devices = new Set<string>();

  constructor(size: number) {
    this.size = size;
  }

  has(device: Entry): boolean {
    return this.#devices.has(keyOf(device));
  }

  /** False where the list is full. A device that is there already is no error. */
  add(device: Entry): boolean {
    if (this.has(device)) return true;
    if (this.#devices.size >= this.size) return false;
    this.#devices.add(keyOf(device));
    return true;
  }

  remove(device: Entry): void {
    this.#devices.delete(keyOf(device));
  }

  clear(): void {
    this.#devices.clear();
  }
}

type Entry = DeviceAddress | typeof ANYBODY_ANONYMOUS;

const keyOf = (entry: Entry): string => (entry === ANYBODY_ANONYMOUS ? entry : deviceKey(entry));

import { type DeviceAddress, deviceKey } from './device-address.ts';

/** Who may be heard: the Filter Accept List (Vol 6, Part B, 4.3.1). */
export class FilterAcceptList {
  readonly size: number;
  readonly #devices = new Set<string>();

  constructor(size: number) {
    this.size = size;
  }

  has(device: DeviceAddress): boolean {
    return this.#devices.has(deviceKey(device));
  }

  /** False where the list is full. A device that is there already is no error. */
  add(device: DeviceAddress): boolean {
    if (this.has(device)) return true;
    if (this.#devices.size >= this.size) return false;
    this.#devices.add(deviceKey(device));
    return true;
  }

  remove(device: DeviceAddress): void {
    this.#devices.delete(deviceKey(device));
  }

  clear(): void {
    this.#devices.clear();
  }
}

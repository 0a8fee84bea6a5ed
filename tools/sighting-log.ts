/** What a sighting has to tell. */
export interface Sighting {
  readonly name: string | undefined;
  readonly scannable: boolean;
}

export interface SightingLogOptions<S extends Sighting> {
  /** Print every sighting, not one of each device. */
  readonly all: boolean;
  /** Devices after which it is full. */
  readonly most: number | undefined;
  readonly print: (sighting: S) => void;
  readonly full: () => void;
}

/** How long a device without a name is held back: its scan response, which may have one, comes after its advertising data. */
const HOLD_MS = 1_000;

/** Devices that are remembered as printed. Beyond them the oldest is forgotten, and printed again when it is seen again: addresses are free to invent. */
export const MOST_REMEMBERED = 65_536;

/** Prints devices as they are seen, each once, when its name is known or has been waited for. */
export class SightingLog<S extends Sighting> {
  readonly #options: SightingLogOptions<S>;
  /** The longest known first. */
  readonly #printed = new Set<string>();
  #count = 0;
  readonly #held = new Map<string, S>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: SightingLogOptions<S>) {
    this.#options = options;
  }

  /** Devices that have been printed. */
  get count(): number {
    return this.#count;
  }

  add(key: string, sighting: S): void {
    if (this.#options.all) {
      this.#print(key, sighting);
    } else if (!this.#printed.has(key)) {
      if (sighting.name !== undefined || !sighting.scannable) this.#print(key, sighting);
      else this.#hold(key, sighting);
    }
  }

  /** Prints what was held back. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const [key, sighting] of [...this.#held]) this.#print(key, sighting);
  }

  #hold(key: string, sighting: S): void {
    const known = this.#held.has(key);
    this.#held.set(key, sighting);
    if (known) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const latest = this.#held.get(key);
      if (latest !== undefined) this.#print(key, latest);
    }, HOLD_MS);
    this.#timers.add(timer);
  }

  #print(key: string, sighting: S): void {
    this.#held.delete(key);
    const { most, print, full } = this.#options;
    if (most !== undefined && this.#count >= most) return;
    if (!this.#printed.has(key)) this.#remember(key);
    print(sighting);
    if (this.#count === most) full();
  }

  #remember(key: string): void {
    const [oldest] = this.#printed;
    if (oldest !== undefined && this.#printed.size >= MOST_REMEMBERED) this.#printed.delete(oldest);
    this.#printed.add(key);
    this.#count++;
  }
}

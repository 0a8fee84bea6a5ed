import type { Chip } from './chip.ts';

/** From Download Minidriver until the chip takes Write RAM, and from Launch RAM until it hears again. */
const MINIDRIVER_MS = 50;
const LAUNCH_MS = 250;
/** The build of the made-up patch. */
const BUILD = 0x0182;

/** A Broadcom chip of a Raspberry Pi that runs from ROM until it has been given its patch. HCI_Reset leaves the patch where it is. */
export class BroadcomChip implements Chip {
  readonly lmpSubversion: number;
  #phase: 'rom' | 'download' | 'patched' = 'rom';
  #readyAtMs = 0;
  #written = 0;

  constructor(lmpSubversion: number) {
    this.lmpSubversion = lmpSubversion;
  }

  get hciSubversion(): number {
    return this.#phase === 'patched' ? BUILD : 0;
  }

  /** Octets of the patch that have been written. */
  get written(): number {
    return this.#written;
  }

  isDeaf(nowMs: number): boolean {
    return this.#phase === 'patched' && nowMs < this.#readyAtMs;
  }

  downloadMinidriver(nowMs: number): void {
    this.#phase = 'download';
    this.#written = 0;
    this.#readyAtMs = nowMs + MINIDRIVER_MS;
  }

  /** Why the chip does not take it, or undefined. */
  writeRam(length: number, nowMs: number): string | undefined {
    if (this.#phase !== 'download') return 'Write RAM without Download Minidriver';
    if (nowMs < this.#readyAtMs) return `Write RAM ${this.#readyAtMs - nowMs} ms too early`;
    this.#written += length;
    return undefined;
  }

  /** Why the chip does not take it, or undefined. */
  launchRam(nowMs: number): string | undefined {
    if (this.#phase !== 'download') return 'Launch RAM without Download Minidriver';
    if (this.#written === 0) return 'Launch RAM with nothing written';
    this.#phase = 'patched';
    this.#readyAtMs = nowMs + LAUNCH_MS;
    return undefined;
  }
}

import type { Chip } from './chip.ts';

const LAST_FRAGMENT = 0x80;
const LAST_INDEX = 0x7f;
/** What a chip with firmware goes by. */
const LOADED = { hciSubversion: 0x09a9, lmpSubversion: 0x8a6b };

/** A Realtek chip on USB that goes by another version as soon as it has its firmware. */
export class RealtekChip implements Chip {
  readonly romVersion = 1;
  readonly #rom: { readonly hciSubversion: number; readonly lmpSubversion: number };
  #isLoaded = false;
  #next = 0;

  constructor(rom: { readonly hciSubversion: number; readonly lmpSubversion: number }) {
    this.#rom = rom;
  }

  get hciSubversion(): number {
    return this.#isLoaded ? LOADED.hciSubversion : this.#rom.hciSubversion;
  }

  get lmpSubversion(): number {
    return this.#isLoaded ? LOADED.lmpSubversion : this.#rom.lmpSubversion;
  }

  isDeaf(): boolean {
    return false;
  }

  /** Why the chip does not take it, or undefined. */
  download(index: number): string | undefined {
    const number = index & LAST_INDEX;
    if (this.#isLoaded) return 'a fragment behind the last one';
    if (number !== this.#next) return `fragment ${number} where ${this.#next} was due`;
    this.#next = number === LAST_INDEX ? 1 : number + 1;
    this.#isLoaded = (index & LAST_FRAGMENT) !== 0;
    return undefined;
  }
}

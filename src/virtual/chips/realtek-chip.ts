import type { Chip } from './chip.ts';

const LAST_FRAGMENT = 0x80;
const LAST_INDEX = 0x7f;
/** Where the identifier of the chip's key stands, as 16 bits. */
const KEY_REGISTER = { width: 0x10, address: 0xb000_ada4 };
/** What a chip with firmware goes by, by what it is in ROM. */
const loaded = new Map([
  [0x8761, { hciSubversion: 0x09a9, lmpSubversion: 0x8a6b }],
  [0x8852, { hciSubversion: 0x41c0, lmpSubversion: 0xc905 }],
]);

/** What is in ROM. */
export interface RealtekRom {
  readonly hciSubversion: number;
  readonly lmpSubversion: number;
  /** Of the key that it checks its firmware with; 0 for a chip that checks nothing. */
  readonly keyId: number;
}

/** A Realtek chip on USB that goes by another version as soon as it has its firmware. */
export class RealtekChip implements Chip {
  readonly #rom: RealtekRom;
  #isLoaded = false;
  #knowsRomVersion = false;
  #knowsKey: boolean;
  #next = 0;

  constructor(rom: RealtekRom) {
    this.#rom = rom;
    this.#knowsKey = rom.keyId === 0;
  }

  get hciSubversion(): number {
    return this.#now.hciSubversion;
  }

  get lmpSubversion(): number {
    return this.#now.lmpSubversion;
  }

  get #now(): { readonly hciSubversion: number; readonly lmpSubversion: number } {
    return (this.#isLoaded ? loaded.get(this.#rom.lmpSubversion) : undefined) ?? this.#rom;
  }

  isDeaf(): boolean {
    return false;
  }

  readRomVersion(): number {
    this.#knowsRomVersion = true;
    return 1;
  }

  /** Undefined where nothing is. */
  readRegister(width: number, address: number): number | undefined {
    if (width !== KEY_REGISTER.width || address !== KEY_REGISTER.address) return undefined;
    this.#knowsKey = true;
    return this.#rom.keyId;
  }

  /** Why the chip does not take it, or undefined. */
  download(index: number): string | undefined {
    const number = index & LAST_INDEX;
    if (this.#isLoaded) return 'a fragment behind the last one';
    if (!this.#knowsRomVersion) return 'a fragment for a ROM whose version was not asked for';
    if (!this.#knowsKey) return 'a fragment for a chip whose key was not asked for';
    if (number !== this.#next) return `fragment ${number} where ${this.#next} was due`;
    this.#next = number === LAST_INDEX ? 1 : number + 1;
    this.#isLoaded = (index & LAST_FRAGMENT) !== 0;
    return undefined;
  }
}

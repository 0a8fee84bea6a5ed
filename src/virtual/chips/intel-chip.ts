import { readU16 } from '../../core/bytes.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { IntelCommand } from '../../hci/codec/commands-vendor.ts';
import type { Chip } from './chip.ts';

/** From Intel_Reset until the firmware hears. */
export const INTEL_BOOT_MS = 300;

const WRITE_BOOT_PARAMS = 0xfc0e;

/** Octets of each part that come before the commands of the firmware, in their order. */
const rsaParts = [
  { type: 0, length: 128 },
  { type: 3, length: 256 },
  { type: 2, length: 256 },
] as const;
const ecdsaParts = [
  { type: 0, length: 128 },
  { type: 3, length: 96 },
  { type: 2, length: 96 },
] as const;

const DATA = 1;

/** What is in the chip when it gets power. */
export interface IntelBirth {
  readonly hciSubversion: number;
  readonly lmpSubversion: number;
  /** Of Intel_Read_Version, by what runs. */
  readonly version: Readonly<Record<'bootLoader' | 'operational', Uint8Array>>;
  readonly engine: 'rsa' | 'ecdsa';
  /** Whether it has its firmware in ROM. */
  readonly isRom: boolean;
}

type Phase = 'header' | 'data' | 'received' | 'operational';

/** An Intel chip on USB: a boot loader that takes a few commands and no other, until it has its firmware and is told to start it. */
export class IntelChip implements Chip {
  readonly #birth: IntelBirth;
  #phase: Phase;
  #part = 0;
  #partLength = 0;
  /** Of commands that have come in part. */
  #rest: number[] = [];
  #bootAddress: number | undefined;
  #readyAtMs = 0;

  constructor(birth: IntelBirth) {
    this.#birth = birth;
    this.#phase = birth.isRom ? 'operational' : 'header';
  }

  get hciSubversion(): number {
    return this.#birth.hciSubversion;
  }

  get lmpSubversion(): number {
    return this.#birth.lmpSubversion;
  }

  get version(): Uint8Array {
    return this.#birth.version[this.#phase === 'operational' ? 'operational' : 'bootLoader'];
  }

  isDeaf(nowMs: number): boolean {
    return nowMs < this.#readyAtMs;
  }

  takes(opcode: number): boolean {
    const { reset, readVersion, secureSend, readBootParams } = IntelCommand;
    const ofBootLoader: readonly number[] = [secureSend.opcode, readBootParams.opcode];
    if (this.#phase === 'operational') return !ofBootLoader.includes(opcode);
    return [...ofBootLoader, reset.opcode, readVersion.opcode].includes(opcode);
  }

  /** HCI_Reset is how a host finds out that it is a boot loader. */
  mayBeTried(opcode: number): boolean {
    return opcode === HciCommand.reset.opcode;
  }

  /** Why the chip does not take it, or undefined. */
  secureSend(type: number, data: Uint8Array): string | undefined {
    const due = (this.#birth.engine === 'rsa' ? rsaParts : ecdsaParts)[this.#part];
    if (this.#phase === 'received') return 'a fragment behind the last one';
    if (type !== (due?.type ?? DATA)) return `a fragment of type ${type} where ${due?.type ?? DATA} was due`;
    if (due === undefined) return this.#commands(data);
    this.#partLength += data.length;
    if (this.#partLength > due.length)
      return `${this.#partLength} octets of type ${type}, ${due.length} are due`;
    if (this.#partLength === due.length) {
      this.#part++;
      this.#partLength = 0;
    }
    return undefined;
  }

  /** In the place of a signature that is checked: the firmware is whole when its boot parameters have come. */
  #commands(data: Uint8Array): string | undefined {
    if (data.length % 4 !== 0) return `${data.length} octets of commands, which is no multiple of four`;
    this.#phase = 'data';
    this.#rest.push(...data);
    while (this.#rest.length >= 3 && this.#rest.length >= 3 + (this.#rest[2] ?? 0)) {
      const [, , length = 0] = this.#rest;
      const command = Uint8Array.from(this.#rest.splice(0, 3 + length));
      if (readU16(command, 0) !== WRITE_BOOT_PARAMS) continue;
      this.#bootAddress = readU16(command, 3) + readU16(command, 5) * 0x1_0000;
      this.#phase = 'received';
    }
    return undefined;
  }

  /** Whether the firmware has just become whole. */
  get hasReceived(): boolean {
    return this.#phase === 'received';
  }

  /** Why the chip does not start, or undefined. */
  boot(option: number, address: number, nowMs: number): string | undefined {
    if (this.#phase !== 'received') return 'Intel_Reset before the firmware is whole';
    if (option !== 1 || address !== this.#bootAddress) return `Intel_Reset to address ${address}`;
    this.#phase = 'operational';
    this.#readyAtMs = nowMs + INTEL_BOOT_MS;
    return undefined;
  }

  /** Forgets what it was sent. */
  backToBootLoader(): void {
    if (this.#birth.isRom) return;
    this.#phase = 'header';
    this.#part = 0;
    this.#partLength = 0;
    this.#rest = [];
  }
}

import { type Address, addressAt, kindOfAddress, writeAddress } from '../core/address.ts';
import { ByteWriter, equalBytes } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { aes128 } from '../crypto/aes.ts';
import { type DeviceAddress, sameDevice } from './link-layer/device-address.ts';
import type { Identified, Identities } from './link-layer/identities.ts';

/** Privacy_Mode (Vol 4, Part E, 7.8.77). */
export const PrivacyMode = { network: 0, device: 1 } as const;

/** An IRK as HCI sends it, least significant octet first. */
type Irk = Uint8Array;

const isSet = (irk: Irk): boolean => irk.some((octet) => octet !== 0);

/** The random part of a resolvable private address: 24 bits of which the highest two are 01 (Vol 6, Part B, 1.3.2.2). */
const PRAND_OCTETS = 3;
/** Vol 4, Part E, 7.8.45. */
const DEFAULT_TIMEOUT_MS = 900_000;

/** ah(k, r) of Vol 3, Part H, 2.2.2, on octets in the order of an address: least significant first. */
const hashOf = (irk: Irk, prand: Uint8Array): Uint8Array => {
  const block = new Uint8Array(16);
  block.set(prand.toReversed(), 16 - PRAND_OCTETS);
  return aes128(irk.toReversed(), block)
    .subarray(16 - PRAND_OCTETS)
    .toReversed();
};

const octetsOf = (address: Address): Uint8Array => {
  const octets = new Uint8Array(6);
  writeAddress(new ByteWriter(octets), address);
  return octets;
};

const madeWith = (irk: Irk, address: Address): boolean => {
  const octets = octetsOf(address);
  return (
    isSet(irk) && equalBytes(hashOf(irk, octets.subarray(PRAND_OCTETS)), octets.subarray(0, PRAND_OCTETS))
  );
};

/** One side's address in use with a peer, new after each time-out. */
interface Rotating {
  readonly address: Address;
  readonly madeAtMs: number;
}

export interface ResolvingEntry {
  readonly peer: DeviceAddress;
  readonly peerIrk: Irk;
  readonly localIrk: Irk;
  privacyMode: number;
}

interface Entry extends ResolvingEntry {
  local: Rotating | undefined;
  remote: Rotating | undefined;
  /** The address that the peer used last. */
  seen: Address | undefined;
}

/** Identities and the addresses they hide behind (Vol 6, Part B, 4.7 and 6). */
export class ResolvingList implements Identities {
  readonly size: number;
  enabled = false;
  timeoutMs = DEFAULT_TIMEOUT_MS;
  readonly #clock: Clock;
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #entries: Entry[] = [];

  constructor(size: number, clock: Clock, randomBytes: (length: number) => Uint8Array) {
    this.size = size;
    this.#clock = clock;
    this.#randomBytes = randomBytes;
  }

  find(peer: DeviceAddress): ResolvingEntry | undefined {
    return this.#find(peer);
  }

  #find(peer: DeviceAddress): Entry | undefined {
    return this.#entries.find((entry) => sameDevice(entry.peer, peer));
  }

  get full(): boolean {
    return this.#entries.length >= this.size;
  }

  /** A device or a key of a peer may be there once alone: false where it is there (Vol 4, Part E, 7.8.38). */
  add(peer: DeviceAddress, peerIrk: Irk, localIrk: Irk): boolean {
    const twice = (entry: Entry): boolean =>
      sameDevice(entry.peer, peer) || (isSet(peerIrk) && equalBytes(entry.peerIrk, peerIrk));
    if (this.#entries.some(twice)) return false;
    this.#entries.push({
      peer,
      peerIrk,
      localIrk,
      privacyMode: PrivacyMode.network,
      local: undefined,
      remote: undefined,
      seen: undefined,
    });
    return true;
  }

  /** False where it is not there. */
  remove(peer: DeviceAddress): boolean {
    const at = this.#entries.findIndex((entry) => sameDevice(entry.peer, peer));
    if (at < 0) return false;
    this.#entries.splice(at, 1);
    return true;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** The own resolvable address towards a peer, undefined where there is no key to make it with. */
  localAddress(peer: DeviceAddress | undefined): Address | undefined {
    const entry = peer === undefined ? undefined : this.#find(peer);
    if (!this.enabled || entry === undefined || !isSet(entry.localIrk)) return undefined;
    entry.local = this.#current(entry.local, entry.localIrk);
    return entry.local.address;
  }

  /** What a peer is called on the air when it is called: its own resolvable address where its key is known. */
  targetAddress(peer: DeviceAddress): DeviceAddress {
    const entry = this.#find(peer);
    if (!this.enabled || entry === undefined || !isSet(entry.peerIrk)) return peer;
    entry.remote = this.#current(entry.remote, entry.peerIrk);
    return { address: entry.remote.address, type: 'random' };
  }

  /** The address that a peer used last, undefined for none or where it is not on the list. */
  lastSeen(peer: DeviceAddress): Address | undefined {
    return this.#find(peer)?.seen;
  }

  identify(onAir: DeviceAddress): Identified | undefined {
    if (!this.enabled) return { device: onAir, resolved: false };
    if (kindOfAddress(onAir.address, onAir.type) === 'resolvable') {
      const entry = this.#entries.find(({ peerIrk }) => madeWith(peerIrk, onAir.address));
      if (entry === undefined) return { device: onAir, resolved: false };
      entry.seen = onAir.address;
      return { device: entry.peer, resolved: true };
    }
    const entry = this.#find(onAir);
    // In network privacy mode a peer with a key has no business to show its identity (Vol 6, Part B, 4.7).
    const exposed = entry !== undefined && isSet(entry.peerIrk) && entry.privacyMode === PrivacyMode.network;
    return exposed ? undefined : { device: onAir, resolved: false };
  }

  calls(target: DeviceAddress): boolean {
    if (!this.enabled || kindOfAddress(target.address, target.type) !== 'resolvable') return false;
    return this.#entries.some(({ localIrk }) => madeWith(localIrk, target.address));
  }

  #current(rotating: Rotating | undefined, irk: Irk): Rotating {
    const nowMs = this.#clock.now();
    if (rotating !== undefined && nowMs - rotating.madeAtMs < this.timeoutMs) return rotating;
    const octets = new Uint8Array(6);
    const prand = this.#randomBytes(PRAND_OCTETS);
    prand[2] = ((prand[2] ?? 0) & 0x3f) | 0x40;
    octets.set(hashOf(irk, prand));
    octets.set(prand, PRAND_OCTETS);
    return { address: addressAt(octets, 0), madeAtMs: nowMs };
  }
}

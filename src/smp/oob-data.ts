import { type Bytes, reversedBytes } from '../core/bytes.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import { generateKeyPair, type KeyPair } from '../crypto/p256.ts';
import { randomBytes } from '../crypto/random.ts';
import { f4 } from '../crypto/toolbox.ts';
import type { OutOfBandData } from './pairing/pairing-choices.ts';

const LENGTH = 16;

/** What one side tells the other over another channel, before a pairing with Secure Connections (Vol 3, Part H, 2.3.5.6.4). */
export interface PeerOobData {
  /** LE Secure Connections Random Value: 16 octets in the order of an AD structure, the least significant first. */
  readonly random: Uint8Array;
  /** LE Secure Connections Confirmation Value, likewise. */
  readonly confirm: Uint8Array;
}

/** Under this key the choices of a pairing find what is secret of the data. */
const oobSecret: unique symbol = Symbol('jelling.oobSecret');
/** Under this key a pairing claims the data. */
export const claimOob: unique symbol = Symbol('jelling.claimOob');

/** Data of this side to be carried to the peer, by NFC or a printed code. It serves one pairing, as the key pair under it does. */
export class OobData implements PeerOobData {
  readonly random: Bytes;
  readonly confirm: Bytes;
  readonly #keyPair = generateKeyPair();
  #isClaimed = false;

  constructor() {
    const { x } = this.#keyPair.publicKey;
    const random = randomBytes(LENGTH);
    this.random = reversedBytes(random);
    this.confirm = reversedBytes(f4(x, x, random, 0));
  }

  get [oobSecret](): { readonly keyPair: KeyPair; readonly random: Bytes } {
    return { keyPair: this.#keyPair, random: reversedBytes(this.random) };
  }

  /** Whether a pairing may use it: the first that asks. */
  [claimOob](): boolean {
    const isFree = !this.#isClaimed;
    this.#isClaimed = true;
    return isFree;
  }
}

/** What is known over another channel. */
export interface OobOptions {
  /** Data of this side that the peer may have been given. */
  readonly own?: OobData | undefined;
  /** Data that the peer has given. */
  readonly peer?: PeerOobData | undefined;
  /**
   * Security Manager TK Value of legacy pairing, which both sides share: 16 octets in the order of an AD structure, the least significant first. It counts
   * where `secureConnections` is false, and in the peripheral role also where the central has no Secure Connections.
   */
  readonly temporaryKey?: Uint8Array | undefined;
}

const octets = (value: Uint8Array, field: string): Bytes => {
  if (value.length !== LENGTH)
    throw new InvalidArgumentError(`oob.${field} has ${LENGTH} octets, not ${value.length}`);
  return reversedBytes(value);
};

/** What the pairing machines work with. Throws InvalidArgumentError. */
export const outOfBandDataOf = ({ own, peer, temporaryKey }: OobOptions): OutOfBandData => ({
  own: own?.[oobSecret],
  peer: peer && {
    random: octets(peer.random, 'peer.random'),
    confirm: octets(peer.confirm, 'peer.confirm'),
  },
  temporaryKey: temporaryKey && octets(temporaryKey, 'temporaryKey'),
});

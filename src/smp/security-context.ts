import type { Bytes } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { FixedChannel } from '../l2cap/fixed-channel.ts';
import type { Bond, IdentityAddress, LongTermKey } from './bond.ts';
import type { LocalIdentity } from './pairing/distribution.ts';
import type { SecurityPolicy } from './pairing-options.ts';
import type { RepeatedAttempts } from './repeated-attempts.ts';

/** What the Security Manager of a link asks of its controller. */
export interface LinkEncryption {
  /**
   * As central: encrypts the link, or encrypts it anew. Resolves when the controller has begun; the end is told by `encryptionChanged`. Rejects with HciError
   * where the controller refuses.
   */
  enable(key: LongTermKey): Promise<void>;
  /** As peripheral: answers the controller's request for a key; undefined says that there is none. */
  answer(key: Bytes | undefined): void;
}

/** The bonds that there are, and where new ones go. */
export interface BondKeeper {
  /** Whether bonds can be kept. */
  readonly kept: boolean;
  find(peer: IdentityAddress): Bond | undefined;
  /** Keeps a bond in the place of an earlier one with the same peer. Resolves when it is kept for good. */
  save(bond: Bond): Promise<void>;
}

export interface SecurityManagerOptions {
  readonly channel: FixedChannel;
  /** Of this side. */
  readonly role: 'central' | 'peripheral';
  readonly clock: Clock;
  readonly log: Log;
  readonly encryption: LinkEncryption;
  /** The addresses that the link was made with: what pairing computes with (Vol 3, Part H, 2.3.5.6.5). */
  readonly ownAddress: IdentityAddress;
  readonly peerAddress: IdentityAddress;
  /** The peer as far as it is known: its identity where its address was resolved. */
  readonly peer: IdentityAddress;
  readonly local: LocalIdentity;
  readonly bonds: BondKeeper;
  readonly attempts: RepeatedAttempts;
  /** What peers may do at present; undefined: nothing. */
  readonly policy: () => SecurityPolicy | undefined;
  /** The longest time between two chances of the peer to be heard: default deadlines are longer by what they need of it. */
  readonly paceMs: () => number;
  /** How long the event that tells of the encryption may be behind the data that it protects, as USB has it; 0 where everything comes in order. */
  readonly eventLagMs: number;
  /** A bond has been made on this link, and is kept. */
  readonly onBonded: (bond: Bond) => void;
  /** The link is encrypted with the key of a bond: the peer is who it seems to be. */
  readonly onProven?: ((bond: Bond) => void) | undefined;
}

export const smpCounterNames = [
  'pairingsRefused',
  'pairingsFailed',
  /** Commands out of place or malformed, where no pairing is under way. */
  'strayCommands',
  'ignoredCommands',
  /** Commands after the time-out that ended the Security Manager of the link. */
  'commandsAfterTimeout',
  'commandsDropped',
  /** Encryptions that failed with a peer that is bonded. */
  'encryptionsFailed',
  /** The controller asked for a key that there is none of. */
  'keysMissing',
  /** Keys that came before the event of their encryption and were too many. */
  'earlyKeysDropped',
  /** Keys that no such event has followed in time: they came in plain. */
  'earlyKeysExpired',
] as const;
export type SmpCounterName = (typeof smpCounterNames)[number];

import type { Bytes } from '../../core/bytes.ts';
import type { KeyPair } from '../../crypto/p256.ts';
import type { IoCapability } from '../smp-codes.ts';

/** How much this side insists: what is required and not to be had ends the pairing; what is preferred is asked for and may be missing. */
export type Wish = 'never' | 'preferred' | 'required';

/** What this side knows over another channel (Vol 3, Part H, 2.3.5.4 and 2.3.5.6.4). */
export interface OutOfBandData {
  /** Of legacy pairing: 16 octets that both sides share. */
  readonly temporaryKey?: Uint8Array | undefined;
  /** Of Secure Connections: what was made here and given to the peer. The key pair serves one pairing. */
  readonly own?: { readonly keyPair: KeyPair; readonly random: Uint8Array } | undefined;
  /** Of Secure Connections: what the peer has given. */
  readonly peer?: { readonly random: Uint8Array; readonly confirm: Uint8Array } | undefined;
}

/** What one side brings to a pairing, whoever begins it. */
export interface PairingChoices {
  readonly ioCapability: IoCapability;
  /** What can be done with a passkey or a number here, however much the IO capability promises. */
  readonly can: { readonly show: boolean; readonly enter: boolean; readonly compare: boolean };
  readonly oob?: OutOfBandData | undefined;
  readonly bonding: boolean;
  readonly mitm: Wish;
  readonly secureConnections: Wish;
  /** Octets, 7 to 16. */
  readonly minKeySize: number;
  readonly maxKeySize: number;
  /** Whether entering a passkey is told key by key, if the peer wants it too. */
  readonly keypress: boolean;
  /** Keys that this side distributes and asks for, in bits of KeyDistribution. */
  readonly give: number;
  readonly take: number;
}

/** Everything random that a pairing uses, drawn for it alone. Nothing of it serves twice. */
export interface PairingMaterial {
  readonly keyPair: KeyPair;
  /** 16 octets each, for a round each: twenty of Passkey Entry with Secure Connections, one of all others. */
  readonly nonces: readonly Bytes[];
  /** 0 to 999999: what is shown, where this side shows it. */
  readonly passkey: number;
  /** What this side distributes in legacy pairing, before it is shortened to the key size. */
  readonly ltk: Bytes;
  readonly ediv: number;
  /** 8 octets. */
  readonly rand: Bytes;
  readonly csrk: Bytes;
}

import { kindOfAddress } from '../../core/address.ts';
import type { Bytes } from '../../core/bytes.ts';
import type { IdentityAddress, LongTermKey } from '../bond.ts';
import type { SmpCommand, SmpCommandKind } from '../codec/smp-commands.ts';
import { KeyDistribution, PairingFailedReason } from '../smp-codes.ts';
import { shortened } from './authentication-states.ts';
import type { PairingMaterial } from './pairing-choices.ts';
import type { PairingTerms } from './pairing-terms.ts';

/** Who this side is to a peer that it gives its identity to. */
export interface LocalIdentity extends IdentityAddress {
  /** 16 octets; absent where the device uses no private addresses, and then no identity is given. */
  readonly irk?: Uint8Array | undefined;
}

/** Keys of one side, as they were distributed. */
export interface DistributedKeys {
  readonly ltk?: LongTermKey | undefined;
  readonly irk?: Bytes | undefined;
  readonly identity?: IdentityAddress | undefined;
  readonly csrk?: Bytes | undefined;
}

/** Commands by which a side distributes its keys, in their order (Vol 3, Part H, 3.6.1). */
export const commandsOf = (keys: number): readonly SmpCommandKind[] => [
  ...((keys & KeyDistribution.encKey) === 0
    ? []
    : (['encryptionInformation', 'centralIdentification'] as const)),
  ...((keys & KeyDistribution.idKey) === 0
    ? []
    : (['identityInformation', 'identityAddressInformation'] as const)),
  ...((keys & KeyDistribution.signKey) === 0 ? [] : (['signingInformation'] as const)),
];

/** What this side distributes: its keys, and the commands that carry them. */
export const ownKeys = (
  { role, initiatorKeys, responderKeys, keySize }: PairingTerms,
  { ltk, ediv, rand, csrk }: PairingMaterial,
  { address, type, irk }: LocalIdentity,
): { readonly keys: DistributedKeys; readonly commands: readonly SmpCommand[] } => {
  const mask = role === 'initiator' ? initiatorKeys : responderKeys;
  const commands: SmpCommand[] = [];
  let keys: DistributedKeys = {};
  if ((mask & KeyDistribution.encKey) !== 0) {
    const longTermKey = shortened(ltk, keySize);
    keys = { ...keys, ltk: { value: longTermKey, ediv, rand } };
    commands.push(
      { kind: 'encryptionInformation', longTermKey },
      { kind: 'centralIdentification', ediv, rand },
    );
  }
  if ((mask & KeyDistribution.idKey) !== 0) {
    const identityResolvingKey = irk ?? new Uint8Array(16);
    commands.push(
      { kind: 'identityInformation', identityResolvingKey },
      { kind: 'identityAddressInformation', addressType: type === 'public' ? 0 : 1, bdAddr: address },
    );
  }
  if ((mask & KeyDistribution.signKey) !== 0) {
    keys = { ...keys, csrk };
    commands.push({ kind: 'signingInformation', signatureKey: csrk });
  }
  return { keys, commands };
};

export type Received =
  | { readonly kind: 'taken'; readonly keys: DistributedKeys }
  | { readonly kind: 'refused'; readonly reason: PairingFailedReason };

const isZero = (octets: Uint8Array): boolean => octets.every((octet) => octet === 0);

/** Adds what a command of the peer brings. The order has been seen to. */
export const receiveKey = (keys: DistributedKeys, keySize: number, command: SmpCommand): Received => {
  const taken = (more: DistributedKeys): Received => ({ kind: 'taken', keys: { ...keys, ...more } });
  switch (command.kind) {
    case 'encryptionInformation': {
      const value = shortened(command.longTermKey, keySize);
      // A key that is all zeros is no key, and must never encrypt a link.
      if (isZero(value)) return { kind: 'refused', reason: PairingFailedReason.keyRejected };
      return taken({ ltk: { value, ediv: 0, rand: new Uint8Array(8) } });
    }
    case 'centralIdentification': {
      const { ediv, rand } = command;
      return keys.ltk === undefined
        ? taken({})
        : taken({ ltk: { value: keys.ltk.value, ediv, rand: Uint8Array.from(rand) } });
    }
    case 'identityInformation':
      // An IRK of zeros says that the peer has no private addresses.
      return isZero(command.identityResolvingKey)
        ? taken({})
        : taken({ irk: Uint8Array.from(command.identityResolvingKey) });
    case 'identityAddressInformation': {
      const identity = identityOf(command.addressType, command.bdAddr);
      return identity === undefined
        ? { kind: 'refused', reason: PairingFailedReason.invalidParameters }
        : taken({ identity });
    }
    case 'signingInformation':
      // Everybody could sign with a key of zeros.
      return isZero(command.signatureKey)
        ? { kind: 'refused', reason: PairingFailedReason.keyRejected }
        : taken({ csrk: Uint8Array.from(command.signatureKey) });
    default:
      return { kind: 'refused', reason: PairingFailedReason.unspecifiedReason };
  }
};

/** An identity is a public or a static random address, never a private one (Vol 3, Part H, 3.6.5). */
const identityOf = (
  addressType: number,
  address: IdentityAddress['address'],
): IdentityAddress | undefined => {
  if (addressType > 1) return undefined;
  const type = addressType === 0 ? 'public' : 'random';
  const kind = kindOfAddress(address, type);
  const isNobody = /^[0:]+$/.test(address);
  return (kind === 'public' && !isNobody) || kind === 'static' ? { address, type } : undefined;
};

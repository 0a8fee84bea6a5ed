import type { Bond, FileBondStore, IdentityAddress } from 'jelling';
import { describeKey } from './describe-key.ts';
import { UsageError } from './exit.ts';
import { optional, type Read, text, type Values } from './option.ts';
import { parsePeer } from './peer.ts';

/** An address with its type, which is public unless given. */
export const identity: Read<IdentityAddress> = (given) => {
  const peer = parsePeer(given);
  if (peer.by !== 'address') {
    throw new UsageError(`'${given}' is no address: give it as in F0:F1:F2:F3:F4:F5/random`);
  }
  // Checked by its form above.
  return { address: peer.address as IdentityAddress['address'], type: peer.type ?? 'public' };
};

/** The options of all that look after bonds. */
export const bondOptions = {
  file: optional('FILE', 'the file that keeps the bonds, where it is not that of the state folder', text),
  local: optional(
    'ADDRESS',
    'the identity of this side that is meant, as in 00:11:22:33:44:55 or F0:F1:F2:F3:F4:F5/random; all of them unless given',
    identity,
  ),
};

export type BondOptions = typeof bondOptions;

export const bondCommon = ['json', 'verbose', 'help'] as const;

export const openBonds = async ({ file }: Values<BondOptions>): Promise<FileBondStore> =>
  (await import('jelling')).bondFile(file);

export const nameOf = ({ address, type }: IdentityAddress): string =>
  type === 'public' ? address : `${address}/${type}`;

export const isSame = (a: IdentityAddress, b: IdentityAddress): boolean =>
  a.address === b.address && a.type === b.type;

/** What a bond is, for programs: everything but the keys. */
export const bondFields = (local: IdentityAddress, bond: Bond) => ({
  local: local.address,
  localType: local.type,
  address: bond.peer.address,
  addressType: bond.peer.type,
  authenticated: bond.authenticated,
  secureConnections: bond.secureConnections,
  keySize: bond.keySize,
  resolvable: bond.peerIrk !== undefined,
});

/** The same for people, behind the address. */
export const describeBond = (bond: Bond): string =>
  [describeKey(bond), ...(bond.peerIrk === undefined ? [] : ['resolvable'])].join(', ');

import { type AddressType, parseAddress } from '../core/address.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import type { Peer } from './radio/radio-controller.ts';

/** Somebody by address: a Device, a scan result, or an address with its type, which is `public` unless given. */
export interface PeerLike {
  readonly address: string;
  readonly type?: AddressType | undefined;
  readonly addressType?: AddressType | undefined;
}

const toPeer = ({ address, addressType, type = addressType ?? 'public' }: PeerLike): Peer => ({
  address: parseAddress(address),
  type,
});

/** Who alone is wanted, by identity; undefined for everybody. Throws InvalidArgumentError for an empty list, or what is no address. */
export const toAcceptOnly = (
  given: readonly PeerLike[] | undefined,
  identify: (peer: Peer) => Peer,
): readonly Peer[] | undefined => {
  if (given === undefined) return undefined;
  if (given.length === 0) {
    throw new InvalidArgumentError('acceptOnly names nobody: leave it out to accept everybody');
  }
  return given.map((one) => identify(toPeer(one)));
};

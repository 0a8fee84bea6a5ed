import type { Bond, IdentityAddress } from './bond.ts';
import type { PairingChoices, Wish } from './pairing/pairing-choices.ts';
import type { PairingOutcome } from './pairing/pairing-states.ts';
import type { PairingTerms } from './pairing/pairing-terms.ts';

/** How well a key protects. */
export interface KeyStrength {
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
  /** Octets, 7 to 16. */
  readonly keySize: number;
}

export const strengthOf = ({ method, secureConnections, keySize }: PairingTerms): KeyStrength => ({
  authenticated: method !== 'justWorks',
  secureConnections,
  keySize,
});

/** Whether one key protects at least as well as another. */
export const isAsStrong = (key: KeyStrength, as: KeyStrength): boolean =>
  (key.authenticated || !as.authenticated) &&
  (key.secureConnections || !as.secureConnections) &&
  key.keySize >= as.keySize;

/** Whether a key has what one side insists on. */
export const satisfies = (
  key: KeyStrength,
  { mitm, secureConnections, minKeySize }: PairingChoices,
): boolean =>
  isAsStrong(key, {
    authenticated: mitm === 'required',
    secureConnections: secureConnections === 'required',
    keySize: minKeySize,
  });

/** With a peer that is bonded no weaker key is agreed on than there is: it may be somebody who merely claims its address. */
export const strengthened = (choices: PairingChoices, bond: Bond | undefined): PairingChoices => {
  if (bond === undefined) return choices;
  const atLeast = (wish: Wish, has: boolean): Wish => (has ? 'required' : wish);
  return {
    ...choices,
    mitm: atLeast(choices.mitm, bond.authenticated),
    secureConnections: atLeast(choices.secureConnections, bond.secureConnections),
    minKeySize: Math.max(choices.minKeySize, bond.keySize),
  };
};

/** The bond that a pairing has made with that peer, or undefined where there is no key to encrypt the next link with. */
export const bondOf = (outcome: PairingOutcome, peer: IdentityAddress): Bond | undefined => {
  const { terms, key, own, peer: theirs } = outcome;
  const shared = terms.secureConnections ? { value: key, ediv: 0, rand: new Uint8Array(8) } : undefined;
  const peerKey = shared ?? theirs.ltk;
  const localKey = shared ?? own.ltk;
  if (!terms.bonding || (peerKey === undefined && localKey === undefined)) return undefined;
  return {
    peer,
    ...strengthOf(terms),
    peerKey,
    localKey,
    peerIrk: theirs.irk,
    peerSigningKey: theirs.csrk && { value: theirs.csrk, counter: 0 },
    localSigningKey: own.csrk && { value: own.csrk, counter: 0 },
  };
};

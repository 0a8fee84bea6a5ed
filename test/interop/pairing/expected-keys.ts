/** What each side must have kept, by what the other says that it gave. Every key has its most significant octet first. */
import type { Seen } from '../report.ts';
import type { Result } from './model.ts';

interface Key {
  readonly value: string;
  readonly ediv: number;
  readonly rand: string;
}

/** A report of ours, as far as it is about keys. */
interface OurKeys {
  readonly bond?: {
    readonly localKey?: Key;
    readonly localSigningKey?: string;
  };
  readonly identity: { readonly address: string; readonly type: string };
}

/** A report of Bumble, as far as it is about keys. */
interface TheirKeys {
  readonly keys: {
    readonly shared: string | null;
    readonly given: Key | null;
    readonly taken: Key | null;
    readonly csrk: string | null;
  } | null;
  readonly identity: { readonly address: string; readonly irk: string; readonly csrk: string };
}

/** The bond that ours must have. */
export const bondOf = (result: Result, ours: Seen, theirs: Seen): Seen | undefined => {
  if (!result.bonded) return undefined;
  const { bond } = ours as unknown as OurKeys;
  const { keys, identity } = theirs as unknown as TheirKeys;
  const { given, secureConnections, authenticated } = result;
  const shared = secureConnections ? { value: keys?.shared, ediv: 0, rand: '0000000000000000' } : undefined;
  return {
    peer: { address: identity.address, type: 'random' },
    authenticated,
    secureConnections,
    keySize: 16,
    peerKey: shared ?? (given.theirs.includes('encryption') ? keys?.given : undefined),
    // What ours gave is held against what the other side has.
    localKey: shared ?? (given.ours.includes('encryption') ? (bond?.localKey ?? 'missing') : undefined),
    peerIrk: given.theirs.includes('identity') ? identity.irk : undefined,
    peerSigningKey: given.theirs.includes('signing') ? identity.csrk : undefined,
    localSigningKey: given.ours.includes('signing') ? (bond?.localSigningKey ?? 'missing') : undefined,
  };
};

/** What Bumble must have kept, which it does also where there is to be no bond. */
export const keysOf = (result: Result, ours: Seen, theirs: Seen): Seen => {
  const { bond, identity } = ours as unknown as OurKeys;
  const { keys } = theirs as unknown as TheirKeys;
  const { given, bonded, secureConnections, authenticated } = result;
  const has = (key: 'encryption' | 'signing'): boolean => given.ours.includes(key);
  const suffix = identity.type === 'public' ? '/P' : '';
  return {
    of: `${identity.address}${suffix}`,
    authenticated: [authenticated],
    shared: secureConnections ? (keys?.shared ?? 'missing') : null,
    given: secureConnections ? null : (keys?.given ?? 'missing'),
    // Where ours keeps no bond it does not say what it gave.
    taken: has('encryption') ? (bonded ? bond?.localKey : (keys?.taken ?? 'missing')) : null,
    irk: null,
    csrk: has('signing') ? (bonded ? bond?.localSigningKey : (keys?.csrk ?? 'missing')) : null,
  };
};

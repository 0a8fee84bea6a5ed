/** What a client's requests come by; compared by identity. */
export type BearerKey = object;

/**
 * A client that does not know the attributes as they are now: whether it has been given the Database Hash since they changed, whether a Service Changed indication of
 * the change is on its way to it, and on which bearers it has been answered Database Out Of Sync.
 */
interface Unaware {
  readonly kind: 'unaware';
  readonly hashRead: boolean;
  readonly indicated: boolean;
  readonly toldOn: readonly BearerKey[];
}

/** Whether a client knows the attributes as they are now (Vol 3, Part G, 2.5.2.1). */
export type Awareness = { readonly kind: 'aware' } | Unaware;

export const aware: Awareness = { kind: 'aware' };
export const unaware: Awareness = { kind: 'unaware', hashRead: false, indicated: false, toldOn: [] };

/** What makes a client learn of a change, step by step. */
type ClientInput =
  /** It was given the Database Hash. */
  | { readonly kind: 'hashRead' }
  /** Service Changed has been sent. */
  | { readonly kind: 'indicated' }
  | { readonly kind: 'confirmed'; readonly bearers: number }
  /** It was answered Database Out Of Sync. */
  | { readonly kind: 'told'; readonly bearer: BearerKey }
  /** It has sent a request, whichever; before that is answered. */
  | { readonly kind: 'requested'; readonly bearer: BearerKey; readonly bearers: number };

export type AwarenessInput = { readonly kind: 'databaseChanged' } | ClientInput;

/** What an event makes of a client. */
export const nextAwareness = (state: Awareness, input: AwarenessInput): Awareness => {
  if (input.kind === 'databaseChanged') return unaware;
  return state.kind === 'aware' ? state : learning(state, input);
};

/** An indication or an error counts only for a client of one bearer: on another, an older request may be on its way. */
const learning = (state: Unaware, input: ClientInput): Awareness => {
  switch (input.kind) {
    case 'hashRead':
      return { ...state, hashRead: true };
    case 'indicated':
      return { ...state, indicated: true };
    case 'confirmed':
      return state.indicated && input.bearers === 1 ? aware : state;
    case 'told':
      return { ...state, toldOn: [...state.toldOn, input.bearer] };
    case 'requested': {
      const wasTold = input.bearers === 1 && state.toldOn.includes(input.bearer);
      return state.hashRead || wasTold ? aware : state;
    }
  }
};

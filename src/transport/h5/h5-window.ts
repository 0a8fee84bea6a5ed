/** The two sliding windows of a link, one for each direction (Vol 4, Part D, 6). All numbers are modulo eight. */
export interface H5Window {
  /** Of the next reliable packet that is new. */
  readonly nextSequence: number;
  /** Reliable packets under way, at most seven; the last of them is the one before `nextSequence`. */
  readonly unacknowledged: number;
  /** The sequence number that has to come next: what every packet sent acknowledges. */
  readonly expected: number;
  /** Whether an acknowledgment has to be sent. */
  readonly owed: boolean;
}

export type H5WindowInput =
  /** A reliable packet leaves for the first time; only while fewer than the window size are under way. */
  | { readonly kind: 'send' }
  /** A packet leaves that acknowledges, whatever else it is for. */
  | { readonly kind: 'acknowledge' }
  /** A packet came whole. */
  | {
      readonly kind: 'received';
      readonly reliable: boolean;
      readonly sequence: number;
      readonly acknowledge: number;
    }
  /** A packet came with an error: it may have been a reliable one (6.7). */
  | { readonly kind: 'faulty' };

export type H5WindowAction =
  /** The first so many of those under way have arrived. */
  | { readonly kind: 'acknowledged'; readonly count: number }
  | { readonly kind: 'deliver' }
  | { readonly kind: 'outOfSequence' }
  /** What it acknowledges was never sent. */
  | { readonly kind: 'wrongAcknowledgment' };

export interface H5WindowStep {
  readonly state: H5Window;
  readonly actions: readonly H5WindowAction[];
}

/** Both directions begin with 0 (8.3). */
export const openWindow = (): H5Window => ({
  nextSequence: 0,
  unacknowledged: 0,
  expected: 0,
  owed: false,
});

/** The sequence number of one of those under way, by its place among them. */
export const sequenceOf = (window: H5Window, place: number): number =>
  (window.nextSequence - window.unacknowledged + place) & 7;

const none: readonly H5WindowAction[] = [];

/** The one transition function of the windows. */
export const stepH5Window = (state: H5Window, input: H5WindowInput): H5WindowStep => {
  switch (input.kind) {
    case 'send': {
      const { nextSequence, unacknowledged, expected } = state;
      return {
        state: {
          nextSequence: (nextSequence + 1) & 7,
          unacknowledged: unacknowledged + 1,
          expected,
          owed: false,
        },
        actions: none,
      };
    }
    case 'acknowledge':
      return { state: state.owed ? { ...state, owed: false } : state, actions: none };
    case 'faulty':
      return { state: { ...state, owed: true }, actions: none };
    case 'received':
      return received(state, input);
  }
};

const received = (
  window: H5Window,
  { reliable, sequence, acknowledge }: Extract<H5WindowInput, { kind: 'received' }>,
): H5WindowStep => {
  const { nextSequence, unacknowledged, expected, owed } = window;
  const count = (acknowledge - sequenceOf(window, 0)) & 7;
  const wasSent = count <= unacknowledged;
  const isNext = reliable && sequence === expected;
  const actions: H5WindowAction[] = [];
  if (!wasSent) actions.push({ kind: 'wrongAcknowledgment' });
  else if (count > 0) actions.push({ kind: 'acknowledged', count });
  actions.push({ kind: isNext || !reliable ? 'deliver' : 'outOfSequence' });
  return {
    state: {
      nextSequence,
      unacknowledged: wasSent ? unacknowledged - count : unacknowledged,
      expected: isNext ? (expected + 1) & 7 : expected,
      // Also one that has come before: its acknowledgment was lost, so that it needs another (6.4, 6.5).
      owed: owed || reliable,
    },
    actions,
  };
};

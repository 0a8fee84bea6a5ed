import { MAX_CREDITS, SDU_LENGTH_SIZE } from './credit-codes.ts';

/** What this side offered for a channel. */
export interface CreditTerms {
  /** Octets of the longest SDU. */
  readonly mtu: number;
  /** Octets of the longest K-frame's information payload. */
  readonly mps: number;
  /** K-frames that the peer may be ahead of the reader: credits that are out, plus frames that have not been read. */
  readonly window: number;
}

/** A rule that the peer broke; each of them closes the channel (Vol 3, Part A, 3.4.3 and 10.1). */
export type CreditFault =
  | 'frameWithoutCredit'
  | 'frameWithoutSduLength'
  | 'frameLongerThanMps'
  | 'sduLongerThanMtu'
  | 'framesLongerThanSdu'
  | 'framesWithoutOctets'
  | 'creditOverflow';

/** Why a channel is no more. */
export type CreditEnd =
  | CreditFault
  | 'closedByPeer'
  | 'closedHere'
  | 'duplicateCid'
  | 'badResponse'
  | 'sendFailed'
  | 'linkLost';

export interface OpenChannel {
  readonly phase: 'open';
  /** K-frames that may leave. */
  readonly sendCredits: number;
  /** K-frames that the peer may send. */
  readonly receiveCredits: number;
  /** Frames that have been read, whose credits have not been given back yet. */
  readonly owed: number;
  /** Frames of the SDU under way whose credits have not been given back. */
  readonly partial: number;
  /** Octets of the SDU under way; undefined between two. */
  readonly sduLength: number | undefined;
  /** Octets of it that are there. */
  readonly filled: number;
  /** Of those, what was there when credits were last given so that it could go on. */
  readonly granted: number;
}

/**
 * `closing`: a Disconnection Request is on its way, and what comes meanwhile is ignored. `closed`: for good.
 * Invariant while open: receiveCredits + owed + partial + frames delivered and not read = window.
 */
export type CreditState =
  | OpenChannel
  | { readonly phase: 'closing'; readonly end: CreditEnd }
  | { readonly phase: 'closed'; readonly end: CreditEnd };

export type CreditInput =
  /** A K-frame of this many octets behind the basic header; `head` is its first two octets as a number. */
  | { readonly kind: 'frame'; readonly length: number; readonly head: number }
  /** A PDU was skipped for being longer than any K-frame may be. */
  | { readonly kind: 'oversized' }
  | { readonly kind: 'credits'; readonly credits: number }
  /** A K-frame leaves; only while there are send credits. */
  | { readonly kind: 'send' }
  /** The reader has taken an SDU that was delivered with this many frames. */
  | { readonly kind: 'read'; readonly frames: number }
  /** This side wants the channel closed. */
  | { readonly kind: 'close'; readonly end: CreditEnd }
  /** The peer's Disconnection Request. */
  | { readonly kind: 'peerCloses' }
  /** The answer to our Disconnection Request, or the end of waiting for it. */
  | { readonly kind: 'closeDone' }
  | { readonly kind: 'linkLost' };

export type CreditAction =
  /**
   * Octets of the frame from `skip` on belong at `at` of the SDU under way, which is `begins` octets long where it begins here.
   * `frames` says that it is whole now, and what to hand back when it has been read.
   */
  | {
      readonly kind: 'store';
      readonly skip: number;
      readonly at: number;
      readonly begins: number | undefined;
      readonly frames: number | undefined;
    }
  /** Send a Flow Control Credit Indication. */
  | { readonly kind: 'grant'; readonly credits: number }
  /** There are send credits again. */
  | { readonly kind: 'maySend' }
  | { readonly kind: 'requestDisconnection' }
  /** Nothing can be sent or received any more. */
  | { readonly kind: 'ended'; readonly end: CreditEnd };

export interface CreditStep {
  readonly state: CreditState;
  readonly actions: readonly CreditAction[];
}

const none: readonly CreditAction[] = [];

/** The state that a connection request and its response leave. */
export const openChannel = (terms: CreditTerms, sendCredits: number): OpenChannel => ({
  phase: 'open',
  sendCredits,
  receiveCredits: terms.window,
  owed: 0,
  partial: 0,
  sduLength: undefined,
  filled: 0,
  granted: 0,
});

/** The state with other numbers of these two. Field by field: an object that is spread costs ten times as much, and this is done for every frame. */
const counting = (state: OpenChannel, sendCredits: number, owed: number): OpenChannel => ({
  phase: 'open',
  sendCredits,
  receiveCredits: state.receiveCredits,
  owed,
  partial: state.partial,
  sduLength: state.sduLength,
  filled: state.filled,
  granted: state.granted,
});

const close = (end: CreditEnd): CreditStep => ({
  state: { phase: 'closing', end },
  actions: [{ kind: 'ended', end }, { kind: 'requestDisconnection' }],
});

/**
 * Credits go back half a window at a time, so that an indication is rare. A peer that has none left in the middle of an SDU gets those of the frames
 * that it has used for it, since nobody can read the SDU before it is whole. Each time it must have brought an octet at least, so that the MTU bounds
 * what that lets in: who spends a window on empty frames gets no credit for them, and without one the channel is over.
 */
const settle = (
  terms: CreditTerms,
  state: OpenChannel,
  before: readonly CreditAction[] = none,
): CreditStep => {
  const { owed, partial, receiveCredits } = state;
  const stuck = receiveCredits === 0 && partial > 0;
  if (stuck && state.filled === state.granted) return close('framesWithoutOctets');
  const credits = stuck ? owed + partial : owed * 2 >= terms.window ? owed : 0;
  if (credits === 0) return { state, actions: before };
  return {
    state: {
      ...state,
      receiveCredits: receiveCredits + credits,
      owed: 0,
      partial: stuck ? 0 : partial,
      granted: stuck ? state.filled : state.granted,
    },
    actions: [...before, { kind: 'grant', credits }],
  };
};

const takeFrame = (terms: CreditTerms, state: OpenChannel, length: number, head: number): CreditStep => {
  if (state.receiveCredits === 0) return close('frameWithoutCredit');
  const begins = state.sduLength === undefined;
  const skip = begins ? SDU_LENGTH_SIZE : 0;
  if (length < skip) return close('frameWithoutSduLength');
  // The SDU length is no part of the information payload that the MPS bounds: a peer may count so, ours are shorter.
  if (length - skip > terms.mps) return close('frameLongerThanMps');
  const sduLength = state.sduLength ?? head;
  if (sduLength > terms.mtu) return close('sduLongerThanMtu');
  const filled = state.filled + length - skip;
  if (filled > sduLength) return close('framesLongerThanSdu');
  const isWhole = filled === sduLength;
  const frames = state.partial + 1;
  const store: CreditAction = {
    kind: 'store',
    skip,
    at: state.filled,
    begins: begins ? sduLength : undefined,
    frames: isWhole ? frames : undefined,
  };
  const next: OpenChannel = {
    phase: 'open',
    sendCredits: state.sendCredits,
    receiveCredits: state.receiveCredits - 1,
    owed: state.owed,
    partial: isWhole ? 0 : frames,
    sduLength: isWhole ? undefined : sduLength,
    filled: isWhole ? 0 : filled,
    granted: isWhole ? 0 : state.granted,
  };
  return settle(terms, next, [store]);
};

const takeCredits = (state: OpenChannel, credits: number): CreditStep => {
  // Is ignored (Vol 3, Part A, 10.1).
  if (credits === 0) return { state, actions: none };
  const sendCredits = state.sendCredits + credits;
  if (sendCredits > MAX_CREDITS) return close('creditOverflow');
  return { state: counting(state, sendCredits, state.owed), actions: [{ kind: 'maySend' }] };
};

const over = (end: CreditEnd): CreditStep => ({
  state: { phase: 'closed', end },
  actions: [{ kind: 'ended', end }],
});

const advanceOpen = (terms: CreditTerms, state: OpenChannel, input: CreditInput): CreditStep => {
  switch (input.kind) {
    case 'frame':
      return takeFrame(terms, state, input.length, input.head);
    case 'oversized':
      return close(state.receiveCredits === 0 ? 'frameWithoutCredit' : 'frameLongerThanMps');
    case 'credits':
      return takeCredits(state, input.credits);
    case 'send':
      return { state: counting(state, state.sendCredits - 1, state.owed), actions: none };
    case 'read':
      return settle(terms, counting(state, state.sendCredits, state.owed + input.frames));
    case 'close':
      return close(input.end);
    case 'peerCloses':
      return over('closedByPeer');
    case 'linkLost':
      return over('linkLost');
    case 'closeDone':
      return { state, actions: none };
  }
};

/** The life of one credit-based channel after it is open: credits each way, the making of SDUs from K-frames, and every way to end. */
export const advanceChannel = (terms: CreditTerms, state: CreditState, input: CreditInput): CreditStep => {
  switch (state.phase) {
    case 'closed':
      return { state, actions: none };
    case 'closing': {
      const isOver = input.kind === 'closeDone' || input.kind === 'peerCloses' || input.kind === 'linkLost';
      return { state: isOver ? { phase: 'closed', end: state.end } : state, actions: none };
    }
    case 'open':
      return advanceOpen(terms, state, input);
  }
};

import type { FileMessage } from './file-message.ts';

/**
 * The side that wants the octets. It has `at` of the `size` octets that were announced, says where to go on, takes what comes, and compares the checksum
 * before it keeps the file.
 */
export type ReceiveState =
  | { readonly phase: 'starting' | 'receiving' | 'storing'; readonly size: number; readonly at: number }
  | { readonly phase: 'checking' | 'keeping' | 'discarding' | 'telling' }
  | { readonly phase: 'over'; readonly end: ReceiveEnd };

export type ReceiveEnd =
  | { readonly kind: 'done' }
  /** The sender's ERROR. */
  | { readonly kind: 'refused'; readonly reason: number }
  /** The sender said what makes no sense here. */
  | { readonly kind: 'malformed' }
  /** What arrived has another checksum than was announced. */
  | { readonly kind: 'mismatch' };

/** What came of the action before. */
export type ReceiveInput =
  /** START or DONE has left. */
  | { readonly kind: 'told' }
  | { readonly kind: 'received'; readonly message: FileMessage }
  /** The octets of a DATA have been stored. */
  | { readonly kind: 'stored'; readonly length: number }
  | { readonly kind: 'checked'; readonly isEqual: boolean }
  | { readonly kind: 'kept' }
  | { readonly kind: 'discarded' };

/** The one thing to do next. */
export type ReceiveAction =
  | { readonly kind: 'start'; readonly offset: number }
  | { readonly kind: 'receive' }
  /** The octets of the DATA that was received. */
  | { readonly kind: 'store' }
  /** Compare the checksum of what is stored. */
  | { readonly kind: 'check' }
  /** Give it its name. */
  | { readonly kind: 'keep' }
  | { readonly kind: 'discard' }
  | { readonly kind: 'done' }
  | { readonly kind: 'end'; readonly end: ReceiveEnd };

export interface ReceiveStep {
  readonly state: ReceiveState;
  readonly action: ReceiveAction;
}

/** `at` octets of the file are there from an earlier time. */
export const beginReceiving = (size: number, at: number): ReceiveStep => ({
  state: { phase: 'starting', size, at },
  action: { kind: 'start', offset: at },
});

const over = (end: ReceiveEnd): ReceiveStep => ({
  state: { phase: 'over', end },
  action: { kind: 'end', end },
});
const malformed = over({ kind: 'malformed' });

const goOn = (size: number, at: number): ReceiveStep =>
  at === size
    ? { state: { phase: 'checking' }, action: { kind: 'check' } }
    : { state: { phase: 'receiving', size, at }, action: { kind: 'receive' } };

/** A DATA without an octet leads nowhere, and one with too many is no part of what was announced. */
const take = (size: number, at: number, message: FileMessage): ReceiveStep => {
  if (message.kind === 'error') return over({ kind: 'refused', reason: message.reason });
  if (message.kind !== 'data') return malformed;
  const { length } = message.octets;
  if (length === 0 || length > size - at) return malformed;
  return { state: { phase: 'storing', size, at }, action: { kind: 'store' } };
};

/** The life of a file on its way in, after `beginReceiving`. */
export const advanceReceiving = (state: ReceiveState, input: ReceiveInput): ReceiveStep => {
  switch (state.phase) {
    case 'starting':
      return goOn(state.size, state.at);
    case 'receiving':
      return input.kind === 'received' ? take(state.size, state.at, input.message) : malformed;
    case 'storing':
      return input.kind === 'stored' ? goOn(state.size, state.at + input.length) : malformed;
    case 'checking':
      return input.kind === 'checked' && input.isEqual
        ? { state: { phase: 'keeping' }, action: { kind: 'keep' } }
        : { state: { phase: 'discarding' }, action: { kind: 'discard' } };
    case 'keeping':
      return { state: { phase: 'telling' }, action: { kind: 'done' } };
    case 'discarding':
      return over({ kind: 'mismatch' });
    case 'telling':
      return over({ kind: 'done' });
    case 'over':
      return { state, action: { kind: 'end', end: state.end } };
  }
};

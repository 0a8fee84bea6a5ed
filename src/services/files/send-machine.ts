import type { FileMessage } from './file-message.ts';

/**
 * The side that has the octets. It offers a file of `size` octets, sends those from where the receiver wants to go on, and hears the verdict.
 * `listening` is a moment of `sending` in which the receiver has said something.
 */
export type SendState =
  | { readonly phase: 'offering'; readonly size: number }
  | { readonly phase: 'offered'; readonly size: number }
  | { readonly phase: 'sending' | 'listening'; readonly size: number; readonly at: number }
  | { readonly phase: 'sent'; readonly size: number }
  | { readonly phase: 'over'; readonly end: SendEnd };

export type SendEnd =
  | { readonly kind: 'done' }
  /** The receiver's ERROR. */
  | { readonly kind: 'refused'; readonly reason: number }
  /** The receiver said what makes no sense here. */
  | { readonly kind: 'malformed' }
  /** The file had fewer octets than were offered. */
  | { readonly kind: 'changed' };

/** What came of the action before. */
export type SendInput =
  | { readonly kind: 'offered' }
  | { readonly kind: 'received'; readonly message: FileMessage }
  /** So many octets of the file are there to be sent. */
  | { readonly kind: 'read'; readonly length: number }
  /** They have left; `heard`: something of the receiver waits to be read. */
  | { readonly kind: 'sent'; readonly length: number; readonly heard: boolean };

/** The one thing to do next. */
export type SendAction =
  | { readonly kind: 'offer' }
  | { readonly kind: 'receive' }
  /** At most `limit` octets of the file from `at` on. */
  | { readonly kind: 'read'; readonly at: number; readonly limit: number }
  /** What was read. */
  | { readonly kind: 'send' }
  | { readonly kind: 'end'; readonly end: SendEnd };

export interface SendStep {
  readonly state: SendState;
  readonly action: SendAction;
}

export const beginSending = (size: number): SendStep => ({
  state: { phase: 'offering', size },
  action: { kind: 'offer' },
});

const over = (end: SendEnd): SendStep => ({ state: { phase: 'over', end }, action: { kind: 'end', end } });
const malformed = over({ kind: 'malformed' });

/** The next octets, or the wait for the verdict when all have left. */
const goOn = (size: number, at: number): SendStep =>
  at === size
    ? { state: { phase: 'sent', size }, action: { kind: 'receive' } }
    : { state: { phase: 'sending', size, at }, action: { kind: 'read', at, limit: size - at } };

const begin = (size: number, message: FileMessage): SendStep => {
  if (message.kind === 'error') return over({ kind: 'refused', reason: message.reason });
  if (message.kind !== 'start' || message.offset > size) return malformed;
  return goOn(size, message.offset);
};

const sending = (size: number, at: number, input: SendInput): SendStep => {
  if (input.kind === 'read') {
    if (input.length === 0) return over({ kind: 'changed' });
    return { state: { phase: 'sending', size, at }, action: { kind: 'send' } };
  }
  if (input.kind !== 'sent') return malformed;
  const next = at + input.length;
  return input.heard && next < size
    ? { state: { phase: 'listening', size, at: next }, action: { kind: 'receive' } }
    : goOn(size, next);
};

/** The life of a file on its way out, after `beginSending`. */
export const advanceSending = (state: SendState, input: SendInput): SendStep => {
  switch (state.phase) {
    case 'offering':
      return { state: { phase: 'offered', size: state.size }, action: { kind: 'receive' } };
    case 'offered':
      return input.kind === 'received' ? begin(state.size, input.message) : malformed;
    case 'sending':
      return sending(state.size, state.at, input);
    case 'listening':
    case 'sent': {
      if (input.kind !== 'received') return malformed;
      const { message } = input;
      if (message.kind === 'error') return over({ kind: 'refused', reason: message.reason });
      return state.phase === 'sent' && message.kind === 'done' ? over({ kind: 'done' }) : malformed;
    }
    case 'over':
      return { state, action: { kind: 'end', end: state.end } };
  }
};

import type { LineSide } from '../line-protocol.ts';
import { type H5Configuration, type H5LinkControl, MAX_WINDOW_SIZE } from './h5-link-control.ts';

/** Messages are repeated so often until they are answered: four times a second is what the specification suggests (Vol 4, Part D, 8.1). */
export const MESSAGE_PERIOD_MS = 250;

/** The link between the two ends of a three-wire transport (Vol 4, Part D, 8 and 9). */
export type H5LinkState =
  /** A controller need not call before it has heard of the host (8.1). */
  | { readonly phase: 'uninitialized'; readonly calling: boolean }
  | { readonly phase: 'initialized'; readonly configuration: H5Configuration }
  | {
      readonly phase: 'active';
      readonly configuration: H5Configuration;
      /** `waking`: something waits for it, and Wakeup is sent until it says Woken (9.1). */
      readonly peer: 'awake' | 'asleep' | 'waking';
    };

export type H5LinkInput =
  | { readonly kind: 'message'; readonly message: H5LinkControl }
  /** Any other packet, or one with an error. */
  | { readonly kind: 'otherPacket' }
  /** Something is to be sent. */
  | { readonly kind: 'wanted' };

export type H5LinkAction =
  | { readonly kind: 'reply'; readonly message: H5LinkControl }
  /** The other end has started anew: nothing that was under way will arrive (8.3). */
  | { readonly kind: 'peerReset' };

export interface H5LinkStep {
  readonly state: H5LinkState;
  readonly actions: readonly H5LinkAction[];
}

export interface H5Terms {
  readonly side: LineSide;
  /** What this side would like, and the most that it takes. */
  readonly offer: H5Configuration;
}

/** The state in which a side begins. */
export const firstLinkState = ({ side }: H5Terms): H5LinkState => ({
  phase: 'uninitialized',
  calling: side === 'host',
});

/** What is sent now and every MESSAGE_PERIOD_MS for as long as the state lasts. */
export const repeatedMessage = (state: H5LinkState, { side, offer }: H5Terms): H5LinkControl | undefined => {
  switch (state.phase) {
    case 'uninitialized':
      return state.calling ? { name: 'sync' } : undefined;
    case 'initialized':
      // A controller sends no Configuration Field with it (8.8).
      return { name: 'config', configuration: side === 'host' ? offer : undefined };
    case 'active':
      return state.peer === 'waking' ? { name: 'wakeup' } : undefined;
  }
};

/** Before anything is agreed on, and with an end that names nothing: bits that are not there count as 0, and a window of 0 would be none. */
const LEAST: H5Configuration = { windowSize: 1, dataIntegrityCheck: false };

const none: readonly H5LinkAction[] = [];
const reply = (message: H5LinkControl): readonly H5LinkAction[] => [{ kind: 'reply', message }];

/** What both sides can do. */
const agreed = (offer: H5Configuration, other: H5Configuration | undefined): H5Configuration => ({
  windowSize: Math.max(1, Math.min(offer.windowSize, other?.windowSize ?? LEAST.windowSize, MAX_WINDOW_SIZE)),
  dataIntegrityCheck: offer.dataIntegrityCheck && (other?.dataIntegrityCheck ?? false),
});

/** The one transition function of link establishment and low power. */
export const stepH5Link = (state: H5LinkState, input: H5LinkInput, terms: H5Terms): H5LinkStep => {
  switch (state.phase) {
    case 'uninitialized':
      return uninitialized(state, input);
    case 'initialized':
      return input.kind === 'message' ? initialized(state, input.message, terms) : { state, actions: none };
    case 'active':
      return active(state, input, terms);
  }
};

type In<P extends H5LinkState['phase']> = Extract<H5LinkState, { readonly phase: P }>;

/** 8.1 */
const uninitialized = (state: In<'uninitialized'>, input: H5LinkInput): H5LinkStep => {
  if (input.kind === 'wanted') return { state, actions: none };
  const called: H5LinkState = { phase: 'uninitialized', calling: true };
  const message = input.kind === 'message' ? input.message.name : undefined;
  if (message === 'sync') return { state: called, actions: reply({ name: 'syncResponse' }) };
  if (message === 'syncResponse')
    return { state: { phase: 'initialized', configuration: LEAST }, actions: none };
  // Who sends anything else does not know yet that this side has started anew.
  return { state: called, actions: reply({ name: 'sync' }) };
};

/** 8.2 */
const initialized = (state: In<'initialized'>, message: H5LinkControl, terms: H5Terms): H5LinkStep => {
  if (message.name === 'sync') return { state, actions: reply({ name: 'syncResponse' }) };
  if (message.name === 'config') return configured(state, message, terms);
  if (message.name !== 'configResponse') return { state, actions: none };
  const configuration =
    terms.side === 'host' ? agreed(terms.offer, message.configuration) : state.configuration;
  return { state: { phase: 'active', configuration, peer: 'awake' }, actions: none };
};

/** What the controller answers is what both sides use; the host's answer says nothing (8.8). */
const configured = <S extends In<'initialized' | 'active'>>(
  state: S,
  message: H5LinkControl,
  { side, offer }: H5Terms,
): H5LinkStep => {
  if (side === 'host') return { state, actions: reply({ name: 'configResponse' }) };
  const configuration = agreed(offer, message.configuration);
  return { state: { ...state, configuration }, actions: reply({ name: 'configResponse', configuration }) };
};

/** 8.3, and 9 for an end that sleeps. */
const active = (state: In<'active'>, input: H5LinkInput, terms: H5Terms): H5LinkStep => {
  if (input.kind === 'wanted' && state.peer === 'asleep')
    return { state: { ...state, peer: 'waking' }, actions: none };
  if (input.kind !== 'message') return { state, actions: none };
  switch (input.message.name) {
    case 'sync':
      return { state: { phase: 'uninitialized', calling: true }, actions: [{ kind: 'peerReset' }] };
    case 'config':
      return configured(state, input.message, terms);
    case 'wakeup':
      return { state: { ...state, peer: 'awake' }, actions: reply({ name: 'woken' }) };
    case 'woken':
      return { state: { ...state, peer: 'awake' }, actions: none };
    case 'sleep':
      return { state: { ...state, peer: 'asleep' }, actions: none };
    case 'syncResponse':
    case 'configResponse':
      return { state, actions: none };
  }
};

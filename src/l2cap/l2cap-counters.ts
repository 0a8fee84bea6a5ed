import { Counters } from '../core/counters.ts';
import type { RecombinationFault } from './recombination.ts';

export type L2capCounterName =
  | RecombinationFault
  /** PDUs for a channel that nobody listens on. */
  | 'unheardPdus'
  /** Receivers, and parameter policies, that threw. */
  | 'receiverErrors'
  /** Signalling commands whose make-up breaks their format, or with identifier 0. */
  | 'malformedCommands'
  /** Commands answered with a Command Reject. */
  | 'rejectedCommands'
  /** Responses that answer nothing: unasked, twice, of another request. */
  | 'unexpectedResponses'
  /** Answers not sent because too many wait for the controller already. */
  | 'answersDropped'
  /** Requests for a channel that were refused. */
  | 'refusedChannels'
  /** Channels that were closed because the peer broke a rule, or an SDU could not be sent to its end. */
  | 'brokenChannels'
  /** Disconnection Requests that name the two ends of different channels. */
  | 'strayDisconnections';

const names: readonly L2capCounterName[] = [
  'emptyFragments',
  'strayContinuations',
  'truncatedPdus',
  'overlongPdus',
  'oversizedPdus',
  'unknownCids',
  'unheardPdus',
  'receiverErrors',
  'malformedCommands',
  'rejectedCommands',
  'unexpectedResponses',
  'answersDropped',
  'refusedChannels',
  'brokenChannels',
  'strayDisconnections',
];

/** What a link counts: everything that ended in L2CAP without effect, and every limit that was hit. */
export type L2capCounters = Counters<L2capCounterName>;

export const makeL2capCounters = (): L2capCounters => new Counters(names);

import { Counters } from '../core/counters.ts';

/** What a bearer counts: every PDU that ended here without effect, and every limit that was hit. */
export const attCounterNames = [
  /** PDUs whose length or make-up breaks their format, or that are longer than ATT_MTU. */
  'malformedPdus',
  /** Responses and error responses that answer nothing: unasked, late, of another request. */
  'unexpectedResponses',
  'unexpectedConfirmations',
  /** Commands that the specification does not define; they are ignored (Vol 3, Part F, 3.3). */
  'unknownCommands',
  /** Requests answered with Request Not Supported. */
  'unsupportedRequests',
  /** Requests that came while another was in work; they are dropped. */
  'requestsOutOfTurn',
  /** Answers and confirmations not sent because too many wait for the controller already. */
  'answersDropped',
  /** Handlers and receivers that threw, or rejected with something else than an AttError. */
  'handlerErrors',
  /** Requests answered with Unlikely Error because the handler took too long. */
  'handlerTimeouts',
  /** Answers of handlers after their deadline. */
  'lateHandlerAnswers',
  /** Values of the server that arrived with nobody there to take them. */
  'valuesUnheard',
  /** Values of the server that arrived in plain from a peer whose key is known. */
  'valuesDistrusted',
  /** Commands that arrived with no server to take them. */
  'commandsUnheard',
  /** MTU exchanges of the peer after its first; they change nothing. */
  'repeatedMtuExchanges',
  /** Calls refused because too many wait for the bearer. */
  'callersTurnedAway',
  'transactionTimeouts',
] as const;
export type AttCounterName = (typeof attCounterNames)[number];
export type AttCounters = Counters<AttCounterName>;

export const makeAttCounters = (): AttCounters => new Counters(attCounterNames);

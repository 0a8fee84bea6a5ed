/** A transaction of a sequential protocol: a request and its response, or an indication and its confirmation (Vol 3, Part F, 3.3.3). */
export interface Transaction {
  readonly opcode: number;
  /** The opcode of the PDU that completes it, besides an ATT_ERROR_RSP that names `opcode`. */
  readonly answerOpcode: number;
}

/** Transactions that may wait for their turn on one bearer; more are refused. */
export const MAX_WAITING_TRANSACTIONS = 256;

interface Queue<T extends Transaction> {
  /** First come, first served. */
  readonly waiting: readonly T[];
  /** While held nothing new is begun (Vol 3, Part F, 3.4.2.2, rule 5). */
  readonly held: boolean;
}

/**
 * One sequential protocol on one bearer. At most one transaction is on the air; it keeps its place until it is answered, whoever still waits
 * for it, because the peer's answer carries nothing that tells two transactions apart.
 */
export type SequenceState<T extends Transaction> =
  | ({ readonly kind: 'free' } & Queue<T>)
  | ({ readonly kind: 'taken'; readonly transaction: T; readonly abandoned: boolean } & Queue<T>)
  | { readonly kind: 'ended' };

export type SequenceInput<T extends Transaction> =
  | { readonly kind: 'submitted'; readonly transaction: T }
  /** Its caller waits no longer. */
  | { readonly kind: 'givenUp'; readonly transaction: T }
  /** A response or confirmation came. */
  | { readonly kind: 'answered'; readonly opcode: number }
  /** An ATT_ERROR_RSP came. */
  | { readonly kind: 'refused'; readonly requestOpcode: number }
  /** It could not leave, and never will. */
  | { readonly kind: 'unsendable'; readonly transaction: T }
  /** 30 s went by since the transaction on the air was sent. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'held' }
  | { readonly kind: 'released' }
  | { readonly kind: 'ended' };

export type SequenceAction<T extends Transaction> =
  /** Send it and start its 30 s. */
  | { readonly kind: 'send'; readonly transaction: T }
  /** The PDU that came is its answer; stop its 30 s. */
  | { readonly kind: 'complete'; readonly transaction: T; readonly abandoned: boolean }
  /** Too many wait already. */
  | { readonly kind: 'turnAway'; readonly transaction: T }
  /** What came answers nothing: count it. */
  | { readonly kind: 'ignore' }
  /** It will not be completed any more; stop its 30 s. */
  | { readonly kind: 'drop'; readonly transaction: T }
  /** The bearer is of no more use (Vol 3, Part F, 3.3.3). */
  | { readonly kind: 'poison'; readonly transaction: T };

export interface SequenceStep<T extends Transaction> {
  readonly state: SequenceState<T>;
  readonly actions: readonly SequenceAction<T>[];
}

export const idleSequence: SequenceState<never> = { kind: 'free', waiting: [], held: false };

const nothing: readonly never[] = [];
const stay = <T extends Transaction>(state: SequenceState<T>): SequenceStep<T> => ({
  state,
  actions: nothing,
});

/** The place is free: the first that waits takes it, unless all are held. */
const next = <T extends Transaction>(
  queue: Queue<T>,
  before: readonly SequenceAction<T>[] = nothing,
): SequenceStep<T> => {
  const [transaction, ...waiting] = queue.waiting;
  if (queue.held || transaction === undefined) {
    return { state: { kind: 'free', waiting: queue.waiting, held: queue.held }, actions: before };
  }
  return {
    state: { kind: 'taken', transaction, abandoned: false, waiting, held: queue.held },
    actions: [...before, { kind: 'send', transaction }],
  };
};

type Live<T extends Transaction> = Exclude<SequenceState<T>, { kind: 'ended' }>;

const submit = <T extends Transaction>(state: Live<T>, transaction: T): SequenceStep<T> => {
  if (state.waiting.length >= MAX_WAITING_TRANSACTIONS) {
    return { state, actions: [{ kind: 'turnAway', transaction }] };
  }
  const waiting = [...state.waiting, transaction];
  return state.kind === 'taken' ? stay({ ...state, waiting }) : next({ ...state, waiting });
};

const giveUp = <T extends Transaction>(state: Live<T>, transaction: T): SequenceStep<T> => {
  if (state.kind === 'taken' && state.transaction === transaction) return stay({ ...state, abandoned: true });
  return stay({ ...state, waiting: state.waiting.filter((other) => other !== transaction) });
};

/** After the end an answer is late, and matches nothing. */
const answer = <T extends Transaction>(
  state: SequenceState<T>,
  matches: (transaction: T) => boolean,
): SequenceStep<T> => {
  if (state.kind !== 'taken' || !matches(state.transaction)) return { state, actions: [{ kind: 'ignore' }] };
  const { transaction, abandoned } = state;
  return next(state, [{ kind: 'complete', transaction, abandoned }]);
};

const drop = <T extends Transaction>(state: Live<T>, transaction: T): SequenceStep<T> => {
  if (state.kind !== 'taken' || state.transaction !== transaction) return stay(state);
  return next(state, [{ kind: 'drop', transaction }]);
};

const end = <T extends Transaction>(
  state: Live<T>,
  action: (transaction: T) => SequenceAction<T>,
): SequenceStep<T> => ({
  state: { kind: 'ended' },
  actions: state.kind === 'taken' ? [action(state.transaction)] : nothing,
});

/** The whole of the sequential protocol, without clock or channel. */
export const step = <T extends Transaction>(
  state: SequenceState<T>,
  input: SequenceInput<T>,
): SequenceStep<T> => {
  switch (input.kind) {
    case 'answered':
      return answer(state, ({ answerOpcode }) => answerOpcode === input.opcode);
    case 'refused':
      return answer(state, ({ opcode }) => opcode === input.requestOpcode);
    default:
      return state.kind === 'ended' ? stay(state) : stepLive(state, input);
  }
};

const stepLive = <T extends Transaction>(
  state: Live<T>,
  input: Exclude<SequenceInput<T>, { kind: 'answered' | 'refused' }>,
): SequenceStep<T> => {
  switch (input.kind) {
    case 'submitted':
      return submit(state, input.transaction);
    case 'givenUp':
      return giveUp(state, input.transaction);
    case 'unsendable':
      return drop(state, input.transaction);
    case 'expired':
      return state.kind === 'free'
        ? stay(state)
        : end(state, (transaction) => ({ kind: 'poison', transaction }));
    case 'ended':
      return end(state, (transaction) => ({ kind: 'drop', transaction }));
    case 'held':
      return stay({ ...state, held: true });
    case 'released':
      return state.kind === 'taken' ? stay({ ...state, held: false }) : next({ ...state, held: false });
  }
};

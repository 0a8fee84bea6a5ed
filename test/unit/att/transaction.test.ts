import { describe, expect, test } from 'vitest';
import {
  idleSequence,
  MAX_WAITING_TRANSACTIONS,
  type SequenceAction,
  type SequenceInput,
  type SequenceState,
  step,
  type Transaction,
} from '../../../src/att/transaction.ts';

interface Named extends Transaction {
  readonly name: string;
}

const read = (name: string): Named => ({ name, opcode: 0x0a, answerOpcode: 0x0b });
const write = (name: string): Named => ({ name, opcode: 0x12, answerOpcode: 0x13 });

/** Runs inputs and gives the state and all actions, transactions by name. */
const play = (...inputs: readonly SequenceInput<Named>[]) => {
  let state: SequenceState<Named> = idleSequence;
  const actions: string[] = [];
  const show = (action: SequenceAction<Named>): string =>
    'transaction' in action ? `${action.kind} ${action.transaction.name}` : action.kind;
  for (const input of inputs) {
    const result = step(state, input);
    state = result.state;
    actions.push(...result.actions.map(show));
  }
  return { state, actions };
};

const a = read('a');
const b = write('b');
const c = read('c');
const submit = (transaction: Named) => ({ kind: 'submitted', transaction }) as const;
const giveUp = (transaction: Named) => ({ kind: 'givenUp', transaction }) as const;

describe('sequential protocol (Vol 3, Part F, 3.3.2)', () => {
  test('sends one at a time, first come first served', () => {
    const { actions, state } = play(
      submit(a),
      submit(b),
      submit(c),
      { kind: 'answered', opcode: 0x0b },
      { kind: 'answered', opcode: 0x13 },
      { kind: 'answered', opcode: 0x0b },
    );
    expect(actions).toEqual(['send a', 'complete a', 'send b', 'complete b', 'send c', 'complete c']);
    expect(state).toEqual(idleSequence);
  });

  test('an error response completes the request that it names, and only that', () => {
    expect(play(submit(a), { kind: 'refused', requestOpcode: 0x12 }).actions).toEqual(['send a', 'ignore']);
    expect(play(submit(a), { kind: 'refused', requestOpcode: 0x0a }).actions).toEqual([
      'send a',
      'complete a',
    ]);
  });

  test('a response of another kind completes nothing', () => {
    const { actions, state } = play(submit(a), { kind: 'answered', opcode: 0x13 });
    expect(actions).toEqual(['send a', 'ignore']);
    expect(state.kind).toBe('taken');
  });

  test('a response that nobody asked for is ignored', () => {
    expect(play({ kind: 'answered', opcode: 0x0b }).actions).toEqual(['ignore']);
    expect(play({ kind: 'refused', requestOpcode: 0x0a }).actions).toEqual(['ignore']);
  });

  test('a caller that gives up leaves the place taken until the answer', () => {
    const { actions, state } = play(submit(a), submit(b), giveUp(a));
    expect(actions).toEqual(['send a']);
    expect(state).toMatchObject({ kind: 'taken', transaction: a, abandoned: true, waiting: [b] });
    expect(step(state, { kind: 'answered', opcode: 0x0b }).actions).toEqual([
      { kind: 'complete', transaction: a, abandoned: true },
      { kind: 'send', transaction: b },
    ]);
  });

  test('a caller that gives up before its turn is forgotten', () => {
    const { actions } = play(submit(a), submit(b), submit(c), giveUp(b), { kind: 'answered', opcode: 0x0b });
    expect(actions).toEqual(['send a', 'complete a', 'send c']);
  });

  test('what cannot be sent makes way', () => {
    const { actions } = play(submit(a), submit(b), { kind: 'unsendable', transaction: a });
    expect(actions).toEqual(['send a', 'drop a', 'send b']);
  });

  test('30 s without an answer end it: nothing is sent any more, a late answer matches nothing', () => {
    const { actions, state } = play(
      submit(a),
      submit(b),
      { kind: 'expired' },
      { kind: 'answered', opcode: 0x0b },
      submit(c),
    );
    expect(actions).toEqual(['send a', 'poison a', 'ignore']);
    expect(state).toEqual({ kind: 'ended' });
  });

  test('while held nothing new begins, and what runs is completed', () => {
    const { actions } = play(
      submit(a),
      { kind: 'held' },
      submit(b),
      { kind: 'answered', opcode: 0x0b },
      { kind: 'released' },
    );
    expect(actions).toEqual(['send a', 'complete a', 'send b']);
    expect(play({ kind: 'held' }, submit(a)).actions).toEqual([]);
  });

  test('turns callers away at its limit', () => {
    const many = Array.from({ length: MAX_WAITING_TRANSACTIONS + 2 }, (_, i) => submit(read(String(i))));
    const { actions, state } = play(...many);
    expect(actions).toEqual(['send 0', `turnAway ${MAX_WAITING_TRANSACTIONS + 1}`]);
    expect(state).toMatchObject({ kind: 'taken' });
    expect(state.kind === 'taken' && state.waiting.length).toBe(MAX_WAITING_TRANSACTIONS);
  });

  test('the end of the link drops what was on the air', () => {
    expect(play(submit(a), submit(b), { kind: 'ended' }).actions).toEqual(['send a', 'drop a']);
    expect(play({ kind: 'ended' }, submit(a)).actions).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import type { FileMessage } from '../../../../src/services/files/file-message.ts';
import {
  advanceSending,
  beginSending,
  type SendInput,
  type SendState,
} from '../../../../src/services/files/send-machine.ts';

const offered: SendInput = { kind: 'offered' };
const heard = (message: FileMessage): SendInput => ({ kind: 'received', message });
const start = (offset: number): SendInput => heard({ kind: 'start', offset });
const read = (length: number): SendInput => ({ kind: 'read', length });
const sent = (length: number, isHeard = false): SendInput => ({ kind: 'sent', length, heard: isHeard });

/** The actions of a file of 10 octets. */
const run = (...inputs: readonly SendInput[]) => {
  let step = beginSending(10);
  const actions = [step.action];
  for (const input of inputs) {
    step = advanceSending(step.state, input);
    actions.push(step.action);
  }
  return actions;
};
const end = (kind: string, reason?: number) => ({
  kind: 'end',
  end: reason === undefined ? { kind } : { kind, reason },
});

describe('sending', () => {
  test('is an offer, what the receiver wants, and its verdict', () => {
    expect(run(offered, start(0), read(6), sent(6), read(4), sent(4), heard({ kind: 'done' }))).toEqual([
      { kind: 'offer' },
      { kind: 'receive' },
      { kind: 'read', at: 0, limit: 10 },
      { kind: 'send' },
      { kind: 'read', at: 6, limit: 4 },
      { kind: 'send' },
      { kind: 'receive' },
      end('done'),
    ]);
  });

  test('goes on where the receiver is, at the end too', () => {
    expect(run(offered, start(7)).at(-1)).toEqual({ kind: 'read', at: 7, limit: 3 });
    expect(run(offered, start(10)).at(-1)).toEqual({ kind: 'receive' });
    expect(run(offered, start(10), heard({ kind: 'done' })).at(-1)).toEqual(end('done'));
    expect(run(offered, start(11)).at(-1)).toEqual(end('malformed'));
  });

  test('hears what is said meanwhile: a refusal ends it, all else is out of place', () => {
    const said = (message: FileMessage) =>
      run(offered, start(0), read(6), sent(6, true), heard(message)).slice(-2);
    expect(said({ kind: 'error', reason: 8 })).toEqual([{ kind: 'receive' }, end('refused', 8)]);
    expect(said({ kind: 'done' })).toEqual([{ kind: 'receive' }, end('malformed')]);
    expect(said({ kind: 'start', offset: 0 })).toEqual([{ kind: 'receive' }, end('malformed')]);
  });

  test('takes what waits behind the last octet for the verdict', () => {
    expect(run(offered, start(0), read(10), sent(10, true), heard({ kind: 'done' })).at(-1)).toEqual(
      end('done'),
    );
  });

  test.each<[string, readonly SendInput[]]>([
    ['instead of a start', [offered]],
    ['instead of the verdict', [offered, start(10)]],
  ])('can be refused %s', (_, before) => {
    expect(run(...before, heard({ kind: 'error', reason: 5 })).at(-1)).toEqual(end('refused', 5));
    for (const message of [{ kind: 'list' }, { kind: 'unknown', opcode: 9 }] as const)
      expect(run(...before, heard(message)).at(-1)).toEqual(end('malformed'));
  });

  test('ends where the file has no more octets', () => {
    expect(run(offered, start(0), read(6), sent(6), read(0)).at(-1)).toEqual(end('changed'));
  });

  test('stays over', () => {
    const over: SendState = { phase: 'over', end: { kind: 'done' } };
    expect(advanceSending(over, start(0))).toEqual({ state: over, action: end('done') });
  });
});

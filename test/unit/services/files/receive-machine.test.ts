import { describe, expect, test } from 'vitest';
import type { FileMessage } from '../../../../src/services/files/file-message.ts';
import {
  advanceReceiving,
  beginReceiving,
  type ReceiveInput,
  type ReceiveState,
} from '../../../../src/services/files/receive-machine.ts';

const told: ReceiveInput = { kind: 'told' };
const heard = (message: FileMessage): ReceiveInput => ({ kind: 'received', message });
const data = (length: number): ReceiveInput => heard({ kind: 'data', octets: new Uint8Array(length) });
const stored = (length: number): ReceiveInput => ({ kind: 'stored', length });
const checked = (isEqual: boolean): ReceiveInput => ({ kind: 'checked', isEqual });

/** The actions of a file of 10 octets, of which some are there. */
const runFrom = (at: number, ...inputs: readonly ReceiveInput[]) => {
  let step = beginReceiving(10, at);
  const actions = [step.action];
  for (const input of inputs) {
    step = advanceReceiving(step.state, input);
    actions.push(step.action);
  }
  return actions;
};
const run = (...inputs: readonly ReceiveInput[]) => runFrom(0, ...inputs);
const end = (kind: string, reason?: number) => ({
  kind: 'end',
  end: reason === undefined ? { kind } : { kind, reason },
});

describe('receiving', () => {
  test('says where to go on, stores what comes, checks it, and keeps it', () => {
    const inputs = [told, data(6), stored(6), data(4), stored(4), checked(true)] as const;
    expect(run(...inputs, { kind: 'kept' }, told)).toEqual([
      { kind: 'start', offset: 0 },
      { kind: 'receive' },
      { kind: 'store' },
      { kind: 'receive' },
      { kind: 'store' },
      { kind: 'check' },
      { kind: 'keep' },
      { kind: 'done' },
      end('done'),
    ]);
  });

  test('goes on where it was, at the end too', () => {
    expect(runFrom(7, told, data(3), stored(3))).toEqual([
      { kind: 'start', offset: 7 },
      { kind: 'receive' },
      { kind: 'store' },
      { kind: 'check' },
    ]);
    expect(runFrom(10, told)).toEqual([{ kind: 'start', offset: 10 }, { kind: 'check' }]);
  });

  test('throws away what is not what was announced, and never keeps it', () => {
    expect(runFrom(10, told, checked(false), { kind: 'discarded' }).slice(-2)).toEqual([
      { kind: 'discard' },
      end('mismatch'),
    ]);
  });

  test.each<[string, FileMessage]>([
    ['no octet', { kind: 'data', octets: new Uint8Array(0) }],
    ['more than is left', { kind: 'data', octets: new Uint8Array(5) }],
    ['the end', { kind: 'done' }],
    ['another offer', { kind: 'offer', size: 1, digest: new Uint8Array(32) }],
    ['what nobody knows', { kind: 'unknown', opcode: 0x7f }],
  ])('ends on %s', (_, message) => {
    expect(run(told, data(6), stored(6), heard(message)).at(-1)).toEqual(end('malformed'));
  });

  test('ends when the sender gives up', () => {
    expect(run(told, data(6), stored(6), heard({ kind: 'error', reason: 13 })).at(-1)).toEqual(
      end('refused', 13),
    );
  });

  test('stays over', () => {
    const over: ReceiveState = { phase: 'over', end: { kind: 'mismatch' } };
    expect(advanceReceiving(over, told)).toEqual({ state: over, action: end('mismatch') });
  });
});

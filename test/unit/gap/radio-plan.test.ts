import { describe, expect, test } from 'vitest';
import { toInitiatingParameters } from '../../../src/gap/connect-parameters.ts';
import type { OwnAddress, Peer } from '../../../src/gap/radio-controller.ts';
import {
  type InitiatingWant,
  initialRadioState,
  nextRadioStep,
  type RadioRules,
  type RadioState,
  type RadioWant,
  type ScanWant,
  type SetWant,
} from '../../../src/gap/radio-plan.ts';
import { afterRadioStep, withSet } from '../../../src/gap/radio-state.ts';
import { own, peerOf } from '../../support/fake-radio.ts';

const scan: ScanWant = { active: true, interval: 96, window: 48, filterDuplicates: false };
const a = peerOf('00:00:00:00:00:0A');
const b = peerOf('00:00:00:00:00:0B');
const c = peerOf('00:00:00:00:00:0C');
const to = (...peers: [Peer, ...Peer[]]): InitiatingWant => ({
  peers,
  parameters: toInitiatingParameters({}),
});
const set = (more: Partial<SetWant> = {}): SetWant => ({
  parameters: { kind: 'connectable', interval: 160, peer: undefined },
  data: Uint8Array.of(2, 1, 6),
  scanResponse: new Uint8Array(0),
  enabled: true,
  ...more,
});

const legacy: RadioRules = {
  extended: false,
  scanWhileInitiating: true,
  advertiseWhileInitiating: true,
  blockedSets: new Set(),
};
const nothing: RadioWant = { own, scan: undefined, initiating: undefined, sets: new Map() };

/** The steps that a willing controller is taken through, and where it stands then. */
const walk = (
  state: RadioState,
  want: Partial<RadioWant>,
  rules: Partial<RadioRules> = {},
): { readonly ops: readonly string[]; readonly state: RadioState } => {
  const ops: string[] = [];
  let at = state;
  for (;;) {
    const step = nextRadioStep(at, { ...nothing, ...want }, { ...legacy, ...rules });
    if (step === undefined) return { ops, state: at };
    if (ops.length > 40) throw new Error(`no end: ${ops.join(' ')}`);
    ops.push('handle' in step && rules.extended === true ? `${step.op} ${step.handle}` : step.op);
    at = afterRadioStep(at, step);
  }
};

const cancelled = (state: RadioState): RadioState => ({ ...state, initiating: undefined });
const advertisingSetUp = [
  'setAdvertisingParameters',
  'setAdvertisingData',
  'setScanResponseData',
  'enableAdvertising',
];

describe('from nothing', () => {
  test('nothing wanted is nothing done', () => {
    expect(walk(initialRadioState, {}).ops).toEqual([]);
  });

  test('the random address is set before its first use, once', () => {
    const { ops, state } = walk(initialRadioState, { scan });
    expect(ops).toEqual(['setRandomAddress', 'setScanParameters', 'enableScan']);
    const sets = new Map([[0, set()]]);
    expect(walk(state, { scan, sets }).ops).toEqual(advertisingSetUp);
  });

  test('a public address needs no setting', () => {
    const publicOwn: OwnAddress = { type: 'public', address: own.address };
    expect(walk(initialRadioState, { own: publicOwn, scan }).ops).toEqual([
      'setScanParameters',
      'enableScan',
    ]);
  });

  test('everything at once', () => {
    const { ops } = walk(initialRadioState, { scan, initiating: to(a), sets: new Map([[0, set()]]) });
    expect(ops).toEqual([
      'setRandomAddress',
      'initiate',
      ...advertisingSetUp,
      'setScanParameters',
      'enableScan',
    ]);
  });

  test('one peer is named, several stand in the accept list', () => {
    expect(walk(initialRadioState, { initiating: to(a) }).ops).toEqual(['setRandomAddress', 'initiate']);
    expect(walk(initialRadioState, { initiating: to(a, b) }).ops).toEqual([
      'setRandomAddress',
      'clearAcceptList',
      'addToAcceptList',
      'addToAcceptList',
      'initiate',
    ]);
  });
});

describe('changes', () => {
  test('a new random address pauses all that uses it', () => {
    const sets = new Map([[0, set()]]);
    const initiating = to(a);
    const running = walk(initialRadioState, { scan, initiating, sets }).state;
    const moved: OwnAddress = { type: 'random', address: a.address };
    const first = walk(running, { own: moved, scan, initiating, sets });
    expect(first.ops).toEqual(['cancelInitiating', 'disableScan', 'disableAdvertising']);
    const rest = walk(cancelled(first.state), { own: moved, scan, initiating, sets });
    expect(rest.ops).toEqual([
      'setRandomAddress',
      'initiate',
      'setAdvertisingParameters',
      'enableAdvertising',
      'enableScan',
    ]);
  });

  test('the accept list is edited only when the attempt is over', () => {
    const running = walk(initialRadioState, { initiating: to(a, b) }).state;
    const first = walk(running, { initiating: to(b, c) });
    expect(first.ops).toEqual(['cancelInitiating']);
    expect(walk(cancelled(first.state), { initiating: to(b, c) }).ops).toEqual([
      'removeFromAcceptList',
      'addToAcceptList',
      'initiate',
    ]);
  });

  test('nothing starts while a cancelled attempt is not over', () => {
    const initiating = to(a);
    const running = walk(initialRadioState, { initiating }).state;
    const cancelling = walk(running, {}).state;
    expect(cancelling.initiating?.cancelling).toBe(true);
    expect(walk(cancelling, { scan, initiating: to(b) }).ops).toEqual([]);
  });

  test('other scan parameters stop, set and start', () => {
    const running = walk(initialRadioState, { scan }).state;
    expect(walk(running, { scan: { ...scan, active: false } }).ops).toEqual([
      'disableScan',
      'setScanParameters',
      'enableScan',
    ]);
    expect(walk(running, {}).ops).toEqual(['disableScan']);
  });

  test('an empty scan response replaces that of the advertiser before', () => {
    const before = walk(initialRadioState, {
      sets: new Map([[0, set({ scanResponse: Uint8Array.of(2, 9, 65) })]]),
    });
    const idle = walk(before.state, {});
    expect(idle.ops).toEqual(['disableAdvertising']);
    const { ops, state } = walk(idle.state, { sets: new Map([[0, set()]]) });
    expect(ops).toContain('setScanResponseData');
    expect(state.sets.get(0)?.scanResponse).toEqual(new Uint8Array(0));
  });

  test('advertising goes on after a connection by being enabled, no more', () => {
    const sets = new Map([[0, set()]]);
    const running = walk(initialRadioState, { sets }).state;
    expect(walk(withSet(running, 0, { enabled: false }), { sets }).ops).toEqual(['enableAdvertising']);
  });

  test('new data goes to a set that runs', () => {
    const first = set();
    const running = walk(initialRadioState, { sets: new Map([[0, first]]) }).state;
    const sets = new Map([[0, { ...first, data: Uint8Array.of(2, 1, 4) }]]);
    expect(walk(running, { sets }).ops).toEqual(['setAdvertisingData']);
  });

  test('directed advertising sends no data', () => {
    const directed = set({ parameters: { kind: 'directedLowDuty', interval: 160, peer: a } });
    expect(walk(initialRadioState, { sets: new Map([[0, directed]]) }).ops).toEqual([
      'setRandomAddress',
      'setAdvertisingParameters',
      'enableAdvertising',
    ]);
  });
});

describe('what the controller cannot do at once', () => {
  test('scanning pauses for initiating and comes back', () => {
    const rules = { scanWhileInitiating: false };
    const scanning = walk(initialRadioState, { scan }, rules).state;
    const initiating = to(a);
    const { ops, state } = walk(scanning, { scan, initiating }, rules);
    expect(ops).toEqual(['disableScan', 'initiate']);
    expect(walk(cancelled(state), { scan }, rules).ops).toEqual(['enableScan']);
  });

  test('advertising too, where that was learned', () => {
    const sets = new Map([[0, set()]]);
    const rules = { advertiseWhileInitiating: false };
    const advertising = walk(initialRadioState, { sets }, rules).state;
    const { ops, state } = walk(advertising, { sets, initiating: to(a) }, rules);
    expect(ops).toEqual(['disableAdvertising', 'initiate']);
    expect(walk(cancelled(state), { sets }, rules).ops).toEqual(['enableAdvertising']);
  });

  test('a set that is blocked waits', () => {
    const sets = new Map([[0, set()]]);
    expect(walk(initialRadioState, { sets }, { blockedSets: new Set([0]) }).ops).toEqual([
      'setRandomAddress',
    ]);
  });
});

describe('extended commands', () => {
  test('each set has an address of its own, and is removed when it is no longer wanted', () => {
    const sets = new Map([
      [0, set()],
      [1, set({ parameters: { kind: 'nonConnectable', interval: 160, peer: undefined } })],
    ]);
    const { ops, state } = walk(initialRadioState, { sets }, { extended: true });
    expect(ops).toEqual([
      'setRandomAddress',
      'setAdvertisingParameters 0',
      'setAdvertisingSetAddress 0',
      'setAdvertisingData 0',
      'setScanResponseData 0',
      'enableAdvertising 0',
      'setAdvertisingParameters 1',
      'setAdvertisingSetAddress 1',
      'setAdvertisingData 1',
      'enableAdvertising 1',
    ]);
    expect(walk(state, { sets: new Map([[1, sets.get(1) ?? set()]]) }, { extended: true }).ops).toEqual([
      'disableAdvertising 0',
      'removeAdvertisingSet 0',
    ]);
  });
});

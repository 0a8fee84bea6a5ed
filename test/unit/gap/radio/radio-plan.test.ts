import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../../src/core/address.ts';
import { toInitiatingParameters } from '../../../../src/gap/connecting/connect-parameters.ts';
import type {
  OwnAddress,
  OwnAddresses,
  Peer,
  ResolvingEntry,
} from '../../../../src/gap/radio/radio-controller.ts';
import {
  type InitiatingWant,
  initialRadioState,
  nextRadioStep,
  type RadioRules,
  type RadioState,
  type RadioWant,
  type ScanWant,
  type SetWant,
} from '../../../../src/gap/radio/radio-plan.ts';
import { isResolved } from '../../../../src/gap/radio/radio-resolving.ts';
import { afterRadioStep, withSet } from '../../../../src/gap/radio/radio-state.ts';
import { keyOf } from '../../../support/bonds.ts';
import { alwaysAs, own, peerOf } from '../../../support/fake-radio.ts';

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
  resolvingListSize: 4,
  acceptListSize: 4,
  blockedSets: new Set(),
};
const nothing: RadioWant = {
  own: alwaysAs(() => own),
  resolving: [],
  scan: undefined,
  initiating: undefined,
  sets: new Map(),
};

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
    expect(walk(initialRadioState, { own: alwaysAs(() => publicOwn), scan }).ops).toEqual([
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
    const first = walk(running, { own: alwaysAs(() => moved), scan, initiating, sets });
    expect(first.ops).toEqual(['cancelInitiating', 'disableScan', 'disableAdvertising']);
    const rest = walk(cancelled(first.state), { own: alwaysAs(() => moved), scan, initiating, sets });
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

describe('addresses that differ by what shows them', () => {
  const identity: OwnAddress = { type: 'random', address: own.address };
  const asking: OwnAddress = { type: 'random', address: parseAddress('3A:00:00:00:00:01') };
  const publicOwn: OwnAddress = { type: 'public', address: a.address };
  const showing = (known: OwnAddress): OwnAddresses => ({
    initiating: known,
    scanning: asking,
    advertising: () => known,
  });
  /** The random address that the controller has when all is done. */
  const addressFor = (want: Partial<RadioWant>, rules: Partial<RadioRules> = {}) =>
    walk(initialRadioState, want, rules).state.randomAddress;
  const passive: ScanWant = { ...scan, active: false };
  const sets = new Map([[0, set()]]);

  test('a scanner that asks has its own, one that listens needs none', () => {
    expect(addressFor({ own: showing(publicOwn), scan })).toBe(asking.address);
    expect(addressFor({ own: showing(publicOwn), scan: passive })).toBeUndefined();
    expect(addressFor({ own: showing(identity), scan })).toBe(asking.address);
    expect(addressFor({ own: showing(identity), scan: passive })).toBe(identity.address);
  });

  test('what is shown to everybody goes before what hides, where they share one', () => {
    const shown = showing(identity);
    expect(addressFor({ own: shown, scan, initiating: to(a) })).toBe(identity.address);
    expect(addressFor({ own: shown, scan, sets })).toBe(identity.address);
    expect(addressFor({ own: shown, scan, sets: new Map([[0, set({ enabled: false })]]) })).toBe(
      asking.address,
    );
    expect(addressFor({ own: showing(publicOwn), scan, sets, initiating: to(a) })).toBe(asking.address);
  });

  test('sets of their own leave the scanner its own', () => {
    const { state } = walk(initialRadioState, { own: showing(identity), scan, sets }, { extended: true });
    expect(state.randomAddress).toBe(asking.address);
    expect(state.sets.get(0)?.randomAddress).toBe(identity.address);
  });

  test('a scanner that begins pauses what the controller must not be doing meanwhile', () => {
    const shown = showing(publicOwn);
    const running = walk(initialRadioState, { own: shown, sets }).state;
    expect(walk(running, { own: shown, sets, scan }).ops).toEqual([
      'disableAdvertising',
      'setRandomAddress',
      'enableAdvertising',
      'setScanParameters',
      'enableScan',
    ]);
    const extended = walk(initialRadioState, { own: shown, sets }, { extended: true }).state;
    expect(walk(extended, { own: shown, sets, scan }, { extended: true }).ops).toEqual([
      'setRandomAddress',
      'setScanParameters',
      'enableScan',
    ]);
  });

  test('a set whose address changes is stopped, the other goes on', () => {
    const named = (...addresses: string[]): OwnAddresses => ({
      initiating: identity,
      scanning: identity,
      advertising: (handle) => ({ type: 'random', address: parseAddress(addresses[handle] ?? '') }),
    });
    const two = new Map([
      [0, set()],
      [1, set()],
    ]);
    const before = named('4A:00:00:00:00:01', '4A:00:00:00:00:02');
    const running = walk(initialRadioState, { own: before, sets: two }, { extended: true }).state;
    const after = named('4A:00:00:00:00:01', '4A:00:00:00:00:03');
    expect(walk(running, { own: after, sets: two }, { extended: true }).ops).toEqual([
      'disableAdvertising 1',
      'setAdvertisingParameters 1',
      'setAdvertisingSetAddress 1',
      'enableAdvertising 1',
    ]);
  });
});

describe('the resolving list', () => {
  const entryOf = (peer: Peer): ResolvingEntry => ({
    peer,
    peerIrk: keyOf(1),
    localIrk: new Uint8Array(16),
  });
  const [first, second, third] = [entryOf(a), entryOf(b), entryOf(c)];
  const known = walk(initialRadioState, { resolving: [first, second] });

  test('is filled before anybody uses it', () => {
    expect(known.ops).toEqual([
      'clearResolvingList',
      'addToResolvingList',
      'addToResolvingList',
      'setAddressResolution',
    ]);
    expect(isResolved(known.state, a)).toBe(true);
    expect(isResolved(known.state, c)).toBe(false);
    const { ops } = walk(initialRadioState, { resolving: [first], initiating: to(a) });
    expect(ops).toEqual([
      'setRandomAddress',
      'clearResolvingList',
      'addToResolvingList',
      'setAddressResolution',
      'initiate',
    ]);
  });

  test('changes while nothing uses the radio: all is stopped and goes on afterwards', () => {
    const sets = new Map([[0, set()]]);
    const busy = { scan, initiating: to(a), sets };
    for (const extended of [false, true]) {
      const running = walk(known.state, { resolving: [first, second], ...busy }, { extended }).state;
      const stopped = walk(running, { resolving: [second, third], ...busy }, { extended });
      const disable = extended ? 'disableAdvertising 0' : 'disableAdvertising';
      expect(stopped.ops).toEqual(['cancelInitiating', 'disableScan', disable]);
      const rest = walk(cancelled(stopped.state), { resolving: [second, third], ...busy }, { extended });
      expect(rest.ops).toEqual([
        'removeFromResolvingList',
        'addToResolvingList',
        'initiate',
        extended ? 'enableAdvertising 0' : 'enableAdvertising',
        'enableScan',
      ]);
      expect(rest.state.resolvingList).toEqual([second, third]);
    }
  });

  test('holds as many as there is room for, the first ones', () => {
    const { state } = walk(
      initialRadioState,
      { resolving: [first, second, third] },
      { resolvingListSize: 2 },
    );
    expect(state.resolvingList).toEqual([first, second]);
  });

  test('is left alone where the controller cannot use it, and switched off where nobody is wanted', () => {
    expect(walk(initialRadioState, { resolving: [first] }, { resolvingListSize: 0 }).ops).toEqual([]);
    expect(walk(known.state, { resolving: [] }).ops).toEqual(['setAddressResolution']);
    expect(isResolved(walk(known.state, { resolving: [] }).state, a)).toBe(false);
  });
});

describe('the accept list', () => {
  const choosyScan: ScanWant = { ...scan, acceptOnly: [a, b] };
  const choosy = (...peers: Peer[]): SetWant =>
    set({ parameters: { kind: 'connectable', interval: 160, peer: undefined, acceptOnly: peers } });
  const one = (want: SetWant) => new Map([[0, want]]);

  test('is filled before the scanner or the set that follows it', () => {
    const scanning = walk(initialRadioState, { scan: choosyScan });
    expect(scanning.ops).toEqual([
      'setRandomAddress',
      'clearAcceptList',
      'addToAcceptList',
      'addToAcceptList',
      'setScanParameters',
      'enableScan',
    ]);
    expect(scanning.state.scanParameters?.filtered).toBe(true);
    const { state } = walk(initialRadioState, { sets: one(choosy(a)) });
    expect(state.sets.get(0)).toMatchObject({ filtered: true, enabled: true });
    expect(state.acceptList).toEqual([a]);
  });

  test('changes while nobody follows it', () => {
    const running = walk(initialRadioState, { scan: choosyScan, sets: one(choosy(a, b)) }).state;
    expect(running.scanParameters?.filtered).toBe(true);
    const sets = one(choosy(b, c));
    const { ops, state } = walk(running, { scan: choosyScan, sets });
    expect(ops).toEqual([
      'disableScan',
      'disableAdvertising',
      'removeFromAcceptList',
      'addToAcceptList',
      'setAdvertisingParameters',
      'enableAdvertising',
      'setScanParameters',
      'enableScan',
    ]);
    // The set has it, and the host sorts out what the scanner hears.
    expect(state.sets.get(0)?.filtered).toBe(true);
    expect(state.scanParameters?.filtered).toBe(false);
  });

  test('goes to attempts first, and comes back', () => {
    const sets = one(choosy(a));
    const running = walk(initialRadioState, { sets }).state;
    const initiating = to(b, c);
    const busy = walk(running, { sets, initiating });
    expect(busy.ops).toEqual([
      'disableAdvertising',
      'removeFromAcceptList',
      'addToAcceptList',
      'addToAcceptList',
      'initiate',
      'setAdvertisingParameters',
      'enableAdvertising',
    ]);
    expect(busy.state.sets.get(0)?.filtered).toBe(false);
    const over = walk(cancelled(busy.state), { sets });
    expect(over.state.acceptList).toEqual([a]);
    expect(over.state.sets.get(0)).toMatchObject({ filtered: true, enabled: true });
  });

  test('one peer that is named alone leaves the list to others', () => {
    const { state } = walk(initialRadioState, { sets: one(choosy(a)), initiating: to(b) });
    expect(state.sets.get(0)?.filtered).toBe(true);
  });

  test('is done without where it is too short, or somebody hides from the controller', () => {
    const filtered = (want: Partial<RadioWant>, rules: Partial<RadioRules> = {}) =>
      walk(initialRadioState, want, rules).state.sets.get(0)?.filtered;
    const sets = one(choosy(a, b));
    expect(filtered({ sets }, { acceptListSize: 2 })).toBe(true);
    expect(filtered({ sets }, { acceptListSize: 1 })).toBe(false);
    expect(filtered({ sets }, { acceptListSize: 0 })).toBe(false);
    const hiding: ResolvingEntry = { peer: b, peerIrk: keyOf(1), localIrk: new Uint8Array(16) };
    expect(filtered({ sets, resolving: [hiding] })).toBe(true);
    expect(filtered({ sets, resolving: [hiding] }, { resolvingListSize: 0 })).toBe(false);
    expect(filtered({ sets: one(choosy(a)), resolving: [hiding] }, { resolvingListSize: 0 })).toBe(true);
  });

  test('is followed together by those who want the same', () => {
    const { state } = walk(initialRadioState, { scan: choosyScan, sets: one(choosy(b, a)) });
    expect(state.scanParameters?.filtered).toBe(true);
    expect(state.sets.get(0)?.filtered).toBe(true);
  });
});

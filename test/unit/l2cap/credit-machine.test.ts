import { describe, expect, test } from 'vitest';
import {
  advanceChannel,
  type CreditInput,
  type CreditState,
  type CreditTerms,
  type OpenChannel,
  openChannel,
} from '../../../src/l2cap/credit-machine.ts';

const terms: CreditTerms = { mtu: 100, mps: 30, window: 8 };

/** The actions of each input, and the state that all leave. */
const run = (inputs: readonly CreditInput[], from: CreditState = openChannel(terms, 4)) => {
  let state = from;
  const actions = inputs.map((input) => {
    const step = advanceChannel(terms, state, input);
    state = step.state;
    return step.actions;
  });
  return { state, actions };
};

const frame = (length: number, head = 0): CreditInput => ({ kind: 'frame', length, head });
const opened = (changes: Partial<OpenChannel>): OpenChannel => ({ ...openChannel(terms, 4), ...changes });

describe('SDUs', () => {
  test('in one frame', () => {
    const { state, actions } = run([frame(12, 10)]);
    expect(actions).toEqual([[{ kind: 'store', skip: 2, at: 0, begins: 10, frames: 1 }]]);
    expect(state).toEqual(opened({ receiveCredits: 7 }));
  });

  test('in several', () => {
    const { state, actions } = run([frame(30, 60), frame(30), frame(2)]);
    expect(actions).toEqual([
      [{ kind: 'store', skip: 2, at: 0, begins: 60, frames: undefined }],
      [{ kind: 'store', skip: 0, at: 28, begins: undefined, frames: undefined }],
      [{ kind: 'store', skip: 0, at: 58, begins: undefined, frames: 3 }],
    ]);
    expect(state).toEqual(opened({ receiveCredits: 5 }));
  });

  test('of no octets are SDUs', () => {
    expect(run([frame(2, 0)]).actions).toEqual([[{ kind: 'store', skip: 2, at: 0, begins: 0, frames: 1 }]]);
  });

  test('may begin with their length alone, and go on with nothing', () => {
    const { actions } = run([frame(2, 1), frame(0), frame(1)]);
    expect(actions.flat().map((action) => action.kind === 'store' && action.frames)).toEqual([
      undefined,
      undefined,
      3,
    ]);
  });

  test('of the MTU pass', () => {
    expect(run([frame(32, 100), frame(30), frame(30), frame(10)]).state).toMatchObject({
      phase: 'open',
      filled: 0,
    });
  });
});

describe('what closes a channel', () => {
  const noCredit = opened({ receiveCredits: 0 });
  for (const [title, from, inputs, end] of [
    [
      'an SDU longer than the MTU (L2CAP/LE/CFC/BV-26-C, L3)',
      undefined,
      [frame(30, 101)],
      'sduLongerThanMtu',
    ],
    [
      'a first frame longer than the MPS (L2CAP/LE/CFC/BV-27-C, L3)',
      undefined,
      [frame(33, 100)],
      'frameLongerThanMps',
    ],
    [
      'a later frame longer than the MPS (L2CAP/LE/CFC/BV-27-C, L3)',
      undefined,
      [frame(30, 100), frame(31)],
      'frameLongerThanMps',
    ],
    ['a frame that no channel takes (L3)', undefined, [{ kind: 'oversized' }], 'frameLongerThanMps'],
    [
      'more than the SDU has (L2CAP/LE/CFC/BV-28-C, L3)',
      undefined,
      [frame(30, 30), frame(3)],
      'framesLongerThanSdu',
    ],
    ['more than the SDU has, in one frame (L3)', undefined, [frame(13, 10)], 'framesLongerThanSdu'],
    ['no SDU length (L1)', undefined, [frame(1, 10)], 'frameWithoutSduLength'],
    ['an empty frame (L1)', undefined, [frame(0)], 'frameWithoutSduLength'],
    ['a frame without a credit (L4)', noCredit, [frame(12, 10)], 'frameWithoutCredit'],
    [
      'a frame without a credit that is too long (L4)',
      noCredit,
      [{ kind: 'oversized' }],
      'frameWithoutCredit',
    ],
    [
      'credits above 65535 (L2CAP/LE/CFC/BI-01-C, L4)',
      undefined,
      [{ kind: 'credits', credits: 65_532 }],
      'creditOverflow',
    ],
    [
      'a window spent on an SDU of which nothing comes (L3)',
      undefined,
      [frame(2, 10), ...Array.from({ length: 7 }, () => frame(0))],
      'framesWithoutOctets',
    ],
    [
      'a second window spent on nothing (L3)',
      undefined,
      [frame(3, 10), ...Array.from({ length: 15 }, () => frame(0))],
      'framesWithoutOctets',
    ],
  ] as const satisfies readonly (readonly [
    string,
    CreditState | undefined,
    readonly CreditInput[],
    string,
  ])[]) {
    test(title, () => {
      const { state, actions } = run(inputs, from);
      expect(state).toEqual({ phase: 'closing', end });
      expect(actions.at(-1)).toEqual([{ kind: 'ended', end }, { kind: 'requestDisconnection' }]);
    });
  }

  test('65535 credits do not', () => {
    expect(run([{ kind: 'credits', credits: 65_531 }]).state).toMatchObject({ sendCredits: 65_535 });
  });
});

describe('credits', () => {
  test('of none are ignored (L4)', () => {
    expect(run([{ kind: 'credits', credits: 0 }])).toEqual({ state: opened({}), actions: [[]] });
  });

  test('go back to who brings an octet with each window, and the next SDU begins anew', () => {
    const window = [frame(1), ...Array.from({ length: 7 }, () => frame(0))];
    const { state } = run([frame(3, 3), ...Array.from({ length: 7 }, () => frame(0)), ...window, frame(1)]);
    expect(state).toMatchObject({ phase: 'open', filled: 0, granted: 0 });
  });

  test('of the peer are spent and added', () => {
    const { state, actions } = run([{ kind: 'send' }, { kind: 'send' }, { kind: 'credits', credits: 3 }]);
    expect(state).toMatchObject({ sendCredits: 5 });
    expect(actions).toEqual([[], [], [{ kind: 'maySend' }]]);
  });

  test('go back when half of the window has been read', () => {
    const full = Array.from({ length: 8 }, () => frame(3, 1));
    const { state } = run(full);
    expect(state).toMatchObject({ receiveCredits: 0 });
    const { state: after, actions } = run(
      [1, 1, 1, 1, 1].map((frames) => ({ kind: 'read', frames })),
      state,
    );
    expect(actions).toEqual([[], [], [], [{ kind: 'grant', credits: 4 }], []]);
    expect(after).toMatchObject({ receiveCredits: 4, owed: 1 });
  });

  test('go back at once where the peer has none left to end an SDU with', () => {
    const tiny = Array.from({ length: 7 }, () => frame(1));
    const { state, actions } = run([frame(3, 20), ...tiny]);
    expect(actions.at(-1)).toMatchObject([
      { kind: 'store', at: 7 },
      { kind: 'grant', credits: 8 },
    ]);
    expect(state).toMatchObject({ receiveCredits: 8, partial: 0, owed: 0 });
    const end = run(
      Array.from({ length: 12 }, () => frame(1)),
      state,
    );
    expect(end.actions.at(-1)?.[0]).toMatchObject({ at: 19, frames: 4 });
  });
});

describe('closing', () => {
  const closing: CreditState = { phase: 'closing', end: 'closedHere' };
  const closed: CreditState = { phase: 'closed', end: 'closedHere' };

  test('from this side waits for the peer', () => {
    const { state, actions } = run([{ kind: 'close', end: 'closedHere' }]);
    expect(state).toEqual(closing);
    expect(actions).toEqual([[{ kind: 'ended', end: 'closedHere' }, { kind: 'requestDisconnection' }]]);
  });

  test('by the peer is at once', () => {
    const { state, actions } = run([{ kind: 'peerCloses' }]);
    expect(state).toEqual({ phase: 'closed', end: 'closedByPeer' });
    expect(actions).toEqual([[{ kind: 'ended', end: 'closedByPeer' }]]);
  });

  test('with the link is at once', () => {
    expect(run([{ kind: 'linkLost' }]).actions).toEqual([[{ kind: 'ended', end: 'linkLost' }]]);
  });

  for (const kind of ['closeDone', 'peerCloses', 'linkLost'] as const) {
    test(`is over with ${kind}, and tells of one end`, () => {
      expect(run([{ kind }], closing)).toEqual({ state: closed, actions: [[]] });
    });
  }

  test('ignores whatever else comes', () => {
    const rest: readonly CreditInput[] = [
      frame(12, 10),
      { kind: 'oversized' },
      { kind: 'credits', credits: 0 },
      { kind: 'read', frames: 3 },
      { kind: 'close', end: 'closedHere' },
    ];
    for (const from of [closing, closed]) {
      const { state, actions } = run(rest, from);
      expect(state).toEqual(from);
      expect(actions.flat()).toEqual([]);
    }
  });
});

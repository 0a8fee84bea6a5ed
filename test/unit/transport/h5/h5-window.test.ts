import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { resendAfterMs } from '../../../../src/transport/h5/h5-timing.ts';
import {
  type H5Window,
  openWindow,
  sequenceOf,
  stepH5Window,
} from '../../../../src/transport/h5/h5-window.ts';

const received = (state: H5Window, sequence: number, acknowledge: number, reliable = true) =>
  stepH5Window(state, { kind: 'received', reliable, sequence, acknowledge });
const sent = (state: H5Window): H5Window => stepH5Window(state, { kind: 'send' }).state;
const kinds = ({ actions }: ReturnType<typeof stepH5Window>): string[] =>
  actions.map((action) => (action.kind === 'acknowledged' ? `acknowledged ${action.count}` : action.kind));

describe('the windows (6)', () => {
  test('the example of 6.7, as device A sees it', () => {
    let a: H5Window = { nextSequence: 6, unacknowledged: 0, expected: 3, owed: false };
    a = sent(a); // SEQ 6, ACK 3
    let step = received(a, 3, 7); // SEQ 3, ACK 7
    expect(kinds(step)).toEqual(['acknowledged 1', 'deliver']);
    a = sent(sent(step.state)); // SEQ 7 and 0, ACK 4
    expect([a.expected, a.owed, sequenceOf(a, 0), sequenceOf(a, 1)]).toEqual([4, false, 7, 0]);
    step = received(a, 4, 1); // SEQ 4, ACK 1
    expect(kinds(step)).toEqual(['acknowledged 2', 'deliver']);
    a = sent(sent(step.state)); // SEQ 1 and 2, ACK 5, the first of them spoilt
    step = received(a, 5, 1); // SEQ 5, ACK 1
    expect(kinds(step)).toEqual(['deliver']);
    a = step.state;
    // Sent again: the numbers are the same, the acknowledgment is the latest.
    expect([sequenceOf(a, 0), sequenceOf(a, 1), a.expected]).toEqual([1, 2, 6]);
    step = received(a, 0, 3, false); // ACK 3
    expect(kinds(step)).toEqual(['acknowledged 2', 'deliver']);
    expect(step.state.unacknowledged).toBe(0);
  });

  test('the same, as device B sees it', () => {
    let b: H5Window = { nextSequence: 5, unacknowledged: 0, expected: 1, owed: false };
    b = stepH5Window(b, { kind: 'faulty' }).state;
    expect(b).toEqual({ nextSequence: 5, unacknowledged: 0, expected: 1, owed: true });
    const step = received(b, 2, 5);
    expect(kinds(step)).toEqual(['outOfSequence']);
    b = sent(step.state); // SEQ 5, ACK 1
    expect([b.expected, b.owed]).toEqual([1, false]);
    b = received(b, 1, 5).state;
    b = received(b, 2, 6).state;
    expect([b.expected, b.owed, b.unacknowledged]).toEqual([3, true, 0]);
  });

  it('acknowledges again what has come before', () => {
    const once = received(openWindow(), 0, 0).state;
    const acknowledged = stepH5Window(once, { kind: 'acknowledge' }).state;
    expect(acknowledged.owed).toBe(false);
    const again = received(acknowledged, 0, 0);
    expect(kinds(again)).toEqual(['outOfSequence']);
    expect(again.state.owed).toBe(true);
  });

  it('believes no acknowledgment of what was never sent', () => {
    const two = sent(sent(openWindow()));
    for (const acknowledge of [3, 4, 5, 6, 7]) {
      const step = received(two, 0, acknowledge, false);
      expect(kinds(step)).toEqual(['wrongAcknowledgment', 'deliver']);
      expect(step.state.unacknowledged).toBe(2);
    }
  });

  it('keeps its account, whatever comes', () => {
    const input = fc.oneof(
      fc.constant('send' as const),
      fc.record({ reliable: fc.boolean(), sequence: fc.nat(7), acknowledge: fc.nat(7) }),
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
        let state = openWindow();
        let underWay = 0;
        for (const each of inputs) {
          if (each === 'send') {
            if (state.unacknowledged === 7) continue;
            state = sent(state);
            underWay++;
          } else {
            const step = stepH5Window(state, { kind: 'received', ...each });
            for (const action of step.actions) if (action.kind === 'acknowledged') underWay -= action.count;
            state = step.state;
          }
          expect(state.unacknowledged).toBe(underWay);
          expect(underWay).toBeGreaterThanOrEqual(0);
        }
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});

test('packets are sent again after three times the largest packet, and what is under way, and not at once', () => {
  expect(resendAfterMs(115_200, 0)).toBe(Math.ceil((3 * 1030 * 10_000) / 115_200));
  expect(resendAfterMs(115_200, 1152)).toBe(Math.ceil((3 * 1030 * 10_000) / 115_200 + 100));
  expect(resendAfterMs(3_000_000, 0)).toBe(50);
});

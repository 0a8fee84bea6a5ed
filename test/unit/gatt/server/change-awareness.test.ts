import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Awareness,
  type AwarenessInput,
  aware,
  nextAwareness,
  unaware,
} from '../../../../src/gatt/server/change-awareness.ts';

const first = { name: 'the first bearer' };
const second = { name: 'the second bearer' };

const after = (state: Awareness, ...inputs: readonly AwarenessInput[]): Awareness['kind'] =>
  inputs.reduce(nextAwareness, state).kind;
const requested = (bearer: object, bearers = 1): AwarenessInput => ({ kind: 'requested', bearer, bearers });
const told = (bearer: object): AwarenessInput => ({ kind: 'told', bearer });
const changed: AwarenessInput = { kind: 'databaseChanged' };
const hashRead: AwarenessInput = { kind: 'hashRead' };
const indicated: AwarenessInput = { kind: 'indicated' };
const confirmed = (bearers = 1): AwarenessInput => ({ kind: 'confirmed', bearers });

describe('a client is aware of changes (Vol 3, Part G, 2.5.2.1)', () => {
  it.each<[string, Awareness['kind'], AwarenessInput[]]>([
    ['until the database changes', 'unaware', [changed]],
    ['not by a request alone', 'unaware', [changed, requested(first), requested(first)]],
    ['when it has read the hash and asks for something else', 'aware', [changed, hashRead, requested(first)]],
    ['not yet when it has read the hash', 'unaware', [changed, hashRead]],
    ['also over another bearer', 'aware', [changed, hashRead, requested(second, 2)]],
    ['not by a hash that is old', 'unaware', [changed, hashRead, changed, requested(first)]],
    ['when it was told and asks again', 'aware', [changed, requested(first), told(first), requested(first)]],
    ['not when only told', 'unaware', [changed, requested(first), told(first)]],
    [
      'not when told of an earlier change',
      'unaware',
      [changed, requested(first), told(first), changed, requested(first)],
    ],
    ['not when told on one bearer of two', 'unaware', [changed, told(first), requested(first, 2)]],
    ['when told on the one that is left', 'aware', [changed, told(first), requested(first, 1)]],
    ['not when told on one that has gone', 'unaware', [changed, told(second), requested(first, 1)]],
    ['when it has confirmed Service Changed', 'aware', [changed, indicated, confirmed()]],
    ['not when it has not been sent it', 'unaware', [changed, confirmed()]],
    ['not by a confirmation for an earlier change', 'unaware', [changed, indicated, changed, confirmed()]],
    ['not by a confirmation where it has two bearers', 'unaware', [changed, indicated, confirmed(2)]],
  ])('%s', (_name, kind, inputs) => {
    expect(after(aware, ...inputs)).toBe(kind);
  });

  it('never otherwise than by one of these ways', () => {
    const input: fc.Arbitrary<AwarenessInput> = fc.oneof(
      fc.constantFrom(changed, hashRead, indicated, told(first), told(second)),
      fc
        .tuple(fc.constantFrom(first, second), fc.integer({ min: 1, max: 3 }))
        .map(([bearer, bearers]) => requested(bearer, bearers)),
      fc.integer({ min: 1, max: 3 }).map(confirmed),
    );
    fc.assert(
      fc.property(fc.array(input), (inputs) => {
        const since = inputs.slice(inputs.lastIndexOf(changed) + 1);
        const wasAware = !inputs.includes(changed);
        const learned = since.some((each, i) => {
          const before = since.slice(0, i);
          if (each.kind === 'confirmed') return each.bearers === 1 && before.includes(indicated);
          if (each.kind !== 'requested') return false;
          const wasTold = before.some((one) => one.kind === 'told' && one.bearer === each.bearer);
          return before.includes(hashRead) || (each.bearers === 1 && wasTold);
        });
        expect(after(aware, ...inputs)).toBe(wasAware || learned ? 'aware' : 'unaware');
      }),
      { seed: 9, numRuns: 500 },
    );
  });

  it('or not, from the beginning', () => {
    expect(after(unaware)).toBe('unaware');
    expect(after(unaware, hashRead, requested(first))).toBe('aware');
  });
});

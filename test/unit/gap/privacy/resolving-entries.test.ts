import { expect, test } from 'vitest';
import { resolvingEntries } from '../../../../src/gap/privacy/resolving-entries.ts';
import { identityOf, keyOf, secureBond } from '../../../support/bonds.ts';

const [a, b, c] = ['00:00:5E:00:53:0A', '00:00:5E:00:53:0B', '00:00:5E:00:53:0C'].map((text) =>
  identityOf(text),
);

test('peers that have given an IRK are known, each IRK once, and what stays is the same object', () => {
  if (a === undefined || b === undefined || c === undefined) throw new Error('three peers');
  const localIrk = keyOf(9);
  const first = resolvingEntries(
    [
      secureBond(a, 1, { peerIrk: undefined }),
      secureBond(b, 2, { peerIrk: keyOf(50) }),
      secureBond(c, 3, { peerIrk: keyOf(50) }),
    ],
    localIrk,
    [],
  );
  expect(first).toEqual([{ peer: b, peerIrk: keyOf(50), localIrk }]);
  const second = resolvingEntries(
    [
      secureBond(a, 1, { peerIrk: keyOf(51) }),
      secureBond(b, 2, { peerIrk: keyOf(50), client: { changed: true } }),
    ],
    localIrk,
    first,
  );
  expect(second.map(({ peer }) => peer)).toEqual([a, b]);
  expect(second[1]).toBe(first[0]);
  const third = resolvingEntries([secureBond(b, 2, { peerIrk: keyOf(52) })], localIrk, second);
  expect(third[0]).not.toBe(second[1]);
});

/** What must come of each pairing: by what method, how safe the link is, who has which keys, and that they serve at the next link. */
import { isDeepStrictEqual } from 'node:util';
import { PairingFailedReason } from 'jelling';
import { type Expectations, type Fault, failureOf, type Topic, wrongly } from '../judge.ts';
import type { Report, Seen } from '../report.ts';
import type { Pair, Role } from '../table.ts';
import { meetingsOf } from './expected-again.ts';
import { bondOf, keysOf } from './expected-keys.ts';
import {
  askedOf,
  ourOutcome,
  pairingDefects,
  readsOf,
  securityOf,
  theirLink,
  theirOutcome,
} from './expected-link.ts';
import { attemptsOf } from './expected-mistyped.ts';
import { resultOf } from './model.ts';
import { type Combination, meetings, planOf } from './plan.ts';

/** As both are written in a line: what is undefined is not there. */
const text = (seen: unknown): string => JSON.stringify(seen) ?? 'nothing';

const plain = (seen: Seen): Seen => JSON.parse(JSON.stringify(seen)) as Seen;

/** What differs, field by field. */
const differing = (side: string, seen: Seen, expected: Seen): Fault | undefined => {
  const [a, b] = [plain(seen), plain(expected)];
  const field = [...new Set([...Object.keys(a), ...Object.keys(b)])].find(
    (name) => !isDeepStrictEqual(a[name], b[name]),
  );
  return field === undefined
    ? undefined
    : wrongly(`${side} saw ${field} ${text(a[field])}, not ${text(b[field])}`);
};
const judgePairing = (combination: Combination, role: Role, ours: Seen, theirs: Seen): Fault | undefined => {
  const result = resultOf(combination, role);
  const other = role === 'central' ? 'peripheral' : 'central';
  const asked = (of: Role): string[] => (result === undefined ? [] : askedOf(result.method, of));
  return (
    differing('ours', ours, {
      outcome: ourOutcome(result, combination, role),
      asked: asked(role),
      security: securityOf(result),
      failed: result === undefined ? 1 : 0,
      bond: result && bondOf(result, ours, theirs),
      identity: ours['identity'],
    }) ??
    differing('bumble', theirs, {
      outcome: theirOutcome(result),
      asked: asked(other),
      link: theirLink(result),
      identity: theirs['identity'],
      keys: result === undefined ? null : keysOf(result, ours, theirs),
      reads: readsOf(result),
    })
  );
};

/** It is refused when its link is encrypted already, and Bumble as central has ended its part by then: what counts is that nothing is kept. */
const judgeRefusedKey = (ours: Seen): Fault | undefined =>
  differing(
    'ours',
    { outcome: ours['outcome'], bond: ours['bond'] },
    {
      outcome: { reason: PairingFailedReason.keyRejected, origin: 'local' },
    },
  );

/** Judges a row that both sides have reported, by whichever of them is ours. */
const judgeReports = (
  row: string,
  role: Role,
  central: Report,
  peripheral: Report,
  verdict: (ours: Seen, theirs: Seen) => Fault | undefined,
): Fault | undefined => {
  const [ours, theirs] = role === 'central' ? [central, peripheral] : [peripheral, central];
  const other = role === 'central' ? 'peripheral' : 'central';
  const failure = failureOf(role, row, ours) ?? failureOf(other, row, theirs);
  return failure ?? verdict(ours.seen(row) ?? {}, theirs.seen(row) ?? {});
};

const mistypedExpectation = (combination: Combination, role: Role): Expectations[string] => ({
  compare: (central, peripheral) =>
    attemptsOf(combination, role).reduce<Fault | undefined>(
      (fault, { row, ours: atOurs, theirs: atTheirs }) =>
        fault ??
        judgeReports(
          row,
          role,
          central,
          peripheral,
          (ours, theirs) =>
            differing(`${row}: ours`, ours, atOurs) ?? differing(`${row}: bumble`, theirs, atTheirs),
        ),
      undefined,
    ),
});

const expectationOf = (combination: Combination, role: Role): Expectations[string] => {
  if (combination.mistypedBy !== undefined) return mistypedExpectation(combination, role);
  const { name, cell } = combination;
  const result = resultOf(combination, role);
  const isRefused = combination.theirs.signsWithZeros === true;
  const meetings = result?.bonded === true && !isRefused ? meetingsOf(combination, result, role) : [];
  const defects = [
    ...(result === undefined ? [] : pairingDefects(combination, result)),
    ...meetings.flatMap(({ defect }) => defect ?? []),
  ];
  return {
    compare: (central, peripheral) => {
      const judged = (row: string, verdict: (ours: Seen, theirs: Seen) => Fault | undefined) =>
        judgeReports(row, role, central, peripheral, verdict);
      const paired = judged(name, (ours, theirs) =>
        isRefused ? judgeRefusedKey(ours) : judgePairing(combination, role, ours, theirs),
      );
      return meetings.reduce(
        (fault, { row, ours: atOurs, theirs: atTheirs }) =>
          fault ??
          judged(
            row,
            (ours, theirs) =>
              differing(`${row}: ours`, ours, atOurs) ?? differing(`${row}: bumble`, theirs, atTheirs),
          ),
        paired,
      );
    },
    defect: defects.length === 0 ? undefined : defects.join('; '),
    cell: cell && { ...cell, text: result === undefined ? 'refused' : `${result.method}, ${result.level}` },
  };
};

export const pairing: Topic = (pair) => {
  const role: Role = pair.central === 'jelling' ? 'central' : 'peripheral';
  const expectations: Expectations = {};
  for (const combination of planOf(pair)) expectations[combination.name] = expectationOf(combination, role);
  return expectations;
};

/** How much was gone through, and how much of what there is. */
export const noteOf = (pair: Pair): string => {
  const role = pair.central === 'jelling' ? 'central' : 'peripheral';
  const plan = planOf(pair);
  const results = plan.flatMap((combination) => resultOf(combination, role) ?? []);
  const bonds = results.filter(({ bonded }) => bonded).length;
  const whole = plan.some(({ cell }) => cell !== undefined);
  const spread = whole
    ? ` Of who begins, the ways to either kind, and the keys of both sides, ${meetings.met} of ${meetings.of} pairs of values came together.`
    : '';
  return `Pairings: ${plan.length}, of which ${plan.length - results.length} refused and ${bonds} with a bond that met again.${spread}`;
};

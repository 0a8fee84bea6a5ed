/**
 * Runs the cases of the Bluetooth SIG's test suites and counts them against the list of those that apply:
 *
 *     tsx scripts/conformance.ts
 *     tsx scripts/conformance.ts --mutate [--sample N] [--seed S] [--only PREFIX,…]
 *
 * The second form proves the verdicts: for each case it spoils the one line of the stack that the case names, in a copy of the tree, and the case
 * must fail while cases that have nothing to do with it pass.
 */
import { parseArgs } from 'node:util';
import {
  applicable,
  type CaseGroup,
  idsOf,
  waitsForPairing,
} from '../test/conformance/harness/applicable.ts';
import { faultOfMutation, proveMutations } from './conformance-mutate.ts';
import { type CaseResult, fileOf, runCases } from './conformance-run.ts';

/** Whether an applicable case without a test fails the run. */
const MISSING_FAILS = false;

const { values } = parseArgs({
  options: {
    mutate: { type: 'boolean', default: false },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

const total = applicable.flatMap(idsOf).length;
const results = runCases(process.cwd());
const passed = new Set(results.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id));
const faults = [...faultsOf(results)];

if (values.mutate) {
  const cases = results.filter(({ outcome }) => outcome === 'passed');
  const prefixes = values.only?.split(',') ?? [''];
  const chosen = cases.filter(({ id }) => prefixes.some((prefix) => id.startsWith(prefix)));
  const sample = values.sample === undefined ? chosen.length : Number(values.sample);
  faults.push(...proveMutations(cases, chosen, sample, Number(values.seed)));
} else {
  printTable();
}
for (const fault of faults) console.error(`fault: ${fault}`);
console.log(`conformance: ${passed.size} of ${total}`);
if (faults.length > 0) process.exitCode = 1;

function* faultsOf(cases: readonly CaseResult[]): Iterable<string> {
  const known = new Set(applicable.flatMap(idsOf));
  const seen = new Set<string>();
  for (const { id, file, outcome, mutation, message } of cases) {
    if (outcome !== 'passed') yield `${id} ${outcome}${message === undefined ? '' : `: ${message}`}`;
    if (!known.has(id)) yield `${file} tests ${id}, which is no case of the list`;
    else if (file !== fileOf(id)) yield `${id} belongs into ${fileOf(id)}, not ${file}`;
    if (seen.has(id)) yield `${id} is tested twice`;
    seen.add(id);
    const fault = mutation === undefined ? 'names no mutation' : faultOfMutation(mutation);
    if (fault !== undefined) yield `${id} ${fault}`;
  }
  if (!MISSING_FAILS) return;
  for (const id of known) if (!seen.has(id)) yield `${id} has no test`;
}

function printTable(): void {
  const row = (group: string, tier: string, count: string): void =>
    console.log(`${group.padEnd(10)}${tier.padStart(5)}${count.padStart(12)}`);
  row('group', 'tier', 'N of M');
  for (const group of applicable) row(group.group, String(group.tier), countOf(group));
  for (const group of applicable) printMissing(group);
}

function countOf(group: CaseGroup): string {
  const ids = idsOf(group);
  return `${ids.filter((id) => passed.has(id)).length} of ${ids.length}`;
}

/** Groups that have not been begun say so in one line. */
function printMissing(group: CaseGroup): void {
  const ids = idsOf(group);
  const missing = ids.filter((id) => !results.some((result) => result.id === id));
  if (missing.length === 0) return;
  const say = (why: string, which: readonly string[]): void => {
    if (which.length > 0) console.log(`${why} in ${group.group}, tier ${group.tier}: ${which.join(' ')}`);
  };
  const waiting = missing.filter((id) => waitsForPairing.has(id));
  say('waiting for pairing', waiting);
  say(
    'without a test',
    missing.length === ids.length ? ['all'] : missing.filter((id) => !waiting.includes(id)),
  );
}

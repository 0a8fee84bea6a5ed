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
import { applicable, type CaseGroup, idsOf, inFull } from '../test/conformance/harness/applicable.ts';
import { awaited } from '../test/conformance/harness/awaited.ts';
import { faultOfMutation, proveMutations } from './conformance-mutate.ts';
import { type CaseResult, fileOf, runCases } from './conformance-run.ts';

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
  const excused = new Set(awaited.flatMap((each) => inFull(each.cases)));
  for (const id of known)
    if (!seen.has(id) && !excused.has(id)) yield `${id} has no test, and nothing says why`;
  for (const id of excused) {
    if (seen.has(id)) yield `${id} has a test, and is still said to have none`;
    if (!known.has(id)) yield `${id} is awaited and is no case of the list`;
  }
}

function printTable(): void {
  const row = (group: string, tier: string, count: string): void =>
    console.log(`${group.padEnd(10)}${tier.padStart(5)}${count.padStart(12)}`);
  row('group', 'tier', 'N of M');
  for (const group of applicable) row(group.group, String(group.tier), countOf(group));
  for (const { why, cases } of awaited)
    console.log(`without a test, because ${why}: ${inFull(cases).join(' ')}`);
}

function countOf(group: CaseGroup): string {
  const ids = idsOf(group);
  return `${ids.filter((id) => passed.has(id)).length} of ${ids.length}`;
}

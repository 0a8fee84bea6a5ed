/**
 * Runs the cases of the Bluetooth SIG's test suites and counts them against the list of those that apply:
 *
 *     tsx scripts/conformance.ts [--only PREFIX,…]
 *     tsx scripts/conformance.ts --mutate [--sample N] [--seed S] [--only PREFIX,…]
 *
 * With prefixes of IDs only those cases count, and no more are run than they need. The second form proves the verdicts: for each case it spoils the one line of the stack that the case names, in a copy of the tree, and the case
 * must fail while cases that have nothing to do with it pass.
 */
import { existsSync } from 'node:fs';
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

const prefixes = values.only?.split(',');
const isWanted = (id: string): boolean => prefixes?.some((prefix) => id.startsWith(prefix)) ?? true;
const total = applicable.flatMap(idsOf).filter(isWanted).length;
const results = runCases(process.cwd(), prefixes === undefined ? undefined : filesOf());
const passed = new Set(results.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id));
const faults = [...faultsOf(results)];

if (values.mutate) {
  const cases = results.filter(({ outcome }) => outcome === 'passed');
  const chosen = cases.filter(({ id }) => isWanted(id));
  const sample = values.sample === undefined ? chosen.length : Number(values.sample);
  faults.push(...proveMutations(cases, chosen, sample, Number(values.seed)));
} else {
  printTable();
}
for (const fault of faults) console.error(`fault: ${fault}`);
console.log(`conformance: ${[...passed].filter(isWanted).length} of ${total}`);
if (faults.length > 0) process.exitCode = 1;

/** Of the wanted cases, and of some others from every group that can stand beside those that are spoilt. */
function filesOf(): string[] {
  const written = applicable.map((group) => idsOf(group).filter((id) => existsSync(fileOf(id))));
  const others = values.mutate ? written.flatMap((ids) => ids.filter((_, index) => index % 10 === 0)) : [];
  return [...new Set([...written.flat().filter(isWanted), ...others])].map(fileOf);
}

function* faultsOf(cases: readonly CaseResult[]): Iterable<string> {
  const all = new Set(applicable.flatMap(idsOf));
  const seen = new Set<string>();
  for (const { id, file, outcome, mutation, message } of cases) {
    if (outcome !== 'passed') yield `${id} ${outcome}${message === undefined ? '' : `: ${message}`}`;
    if (!all.has(id)) yield `${file} tests ${id}, which is no case of the list`;
    else if (file !== fileOf(id)) yield `${id} belongs into ${fileOf(id)}, not ${file}`;
    if (seen.has(id)) yield `${id} is tested twice`;
    seen.add(id);
    const fault = mutation === undefined ? 'names no mutation' : faultOfMutation(mutation);
    if (fault !== undefined) yield `${id} ${fault}`;
  }
  const excused = new Set(awaited.flatMap((each) => inFull(each.cases)));
  for (const id of all)
    if (isWanted(id) && !seen.has(id) && !excused.has(id)) yield `${id} has no test, and nothing says why`;
  for (const id of excused) {
    if (seen.has(id)) yield `${id} has a test, and is still said to have none`;
    if (!all.has(id)) yield `${id} is awaited and is no case of the list`;
  }
}

function printTable(): void {
  const row = (group: string, tier: string, count: string): void =>
    console.log(`${group.padEnd(10)}${tier.padStart(5)}${count.padStart(12)}`);
  row('group', 'tier', 'N of M');
  for (const group of applicable)
    if (idsOf(group).some(isWanted)) row(group.group, String(group.tier), countOf(group));
  for (const { why, cases } of awaited) {
    const ids = inFull(cases).filter(isWanted);
    if (ids.length > 0) console.log(`without a test, because ${why}: ${ids.join(' ')}`);
  }
}

function countOf(group: CaseGroup): string {
  const ids = idsOf(group).filter(isWanted);
  return `${ids.filter((id) => passed.has(id)).length} of ${ids.length}`;
}

/**
 * npm run test:interop [-- FILTER] [-- --sabotage]
 *
 * Runs the pairs of the table and prints each row with its result. FILTER takes the pairs whose name contains it.
 * With --sabotage the foreign peer of each pair does everything wrong, and the run fails if a row stays green.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareEnvironments } from './environments.ts';
import { gridsOf } from './grid.ts';
import { runPair } from './pair.ts';
import { sideBySide } from './side-by-side.ts';
import { nameOf, pairs } from './table.ts';
import { checkTools, MissingToolError } from './tools.ts';
import { topics } from './topics.ts';

/** Pairs that run at the same time; more on two cores make some miss their deadlines. */
const atOnce = 2;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    options: { sabotage: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const filter = positionals.join(' ');
  const chosen = pairs.filter((pair) => nameOf(pair).includes(filter));
  if (chosen.length === 0) {
    say(`no pair has '${filter}' in its name; the pairs are:\n${pairs.map(nameOf).join('\n')}`);
    return 2;
  }
  checkTools();
  const environments = await prepareEnvironments(say);

  let good = 0;
  let bad = 0;
  const summary: string[] = [];
  const captures = mkdtempSync(join(tmpdir(), 'jelling-interop-'));
  const results = sideBySide(chosen, atOnce, async (pair) => {
    const folder = mkdtempSync(join(captures, 'pair-'));
    const start = performance.now();
    const rows = await runPair(environments, pair, folder, values.sabotage);
    return { pair, rows, seconds: (performance.now() - start) / 1000 };
  });
  for (const result of results) {
    const { pair, rows, seconds } = await result;
    say(`\n${nameOf(pair)}${values.sabotage ? ', sabotaged' : ''}`);
    const goodBefore = good;
    for (const { procedure, fault, defect, cell } of rows) {
      // A row that went red without having been tried shows nothing about what it can tell.
      const asWanted = values.sabotage ? fault?.tried === true : fault === undefined;
      if (asWanted) good++;
      else bad++;
      if (asWanted && cell !== undefined) continue;
      const reason = fault === undefined ? (defect ?? '') : shorten(fault.text);
      say(`  ${asWanted ? 'ok  ' : 'FAIL'} ${procedure.padEnd(23)} ${reason}`.trimEnd());
    }
    for (const line of gridsOf(rows)) say(`  ${line}`.trimEnd());
    const note = topics[pair.topic].noteOf?.(pair);
    if (note !== undefined) say(`\n  ${note}`);
    const time = seconds.toFixed(1).padStart(7);
    summary.push(`${`${good - goodBefore}/${rows.length}`.padEnd(6)}${time}  ${nameOf(pair)}`);
  }
  say(`\nrows  seconds\n${summary.join('\n')}`);
  if (bad === 0 && !values.keep) rmSync(captures, { recursive: true, force: true });
  else say(`\nthe captures are in ${captures}`);
  if (values.sabotage) say(`\n${good} of ${good + bad} rows went red as wanted, ${bad} did not`);
  else say(`\n${good} passed, ${bad} failed`);
  return bad === 0 ? 0 : 1;
};

const shorten = (fault: string): string => (fault.length > 300 ? `${fault.slice(0, 300)} ...` : fault);

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof MissingToolError)) throw error;
  say(`cannot run: ${error.message}`);
  process.exitCode = 1;
}

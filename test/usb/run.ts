/**
 * npm run test:usb [-- --only NAME,…] [-- --keep] [-- --shell] [-- --help]
 *
 * Boots a small Debian with a kernel of its own, plugs virtual dongles into it over USB/IP, and has our host drive them through usbfs and the
 * `usb` package, as it would on a desktop. One boot is for all rows.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MissingToolError } from '../interop/tools.ts';
import type { Plan, Report } from './lines.ts';
import { cached, folderOf } from './machine/cache.ts';
import { CommandError } from './machine/command.ts';
import { files, makeGuest } from './machine/image.ts';
import { packPrograms } from './machine/programs.ts';
import { accelerator, bootForRows, bootForShell } from './machine/qemu.ts';
import { keyOf } from './machine/recipe.ts';
import { checkRequirements, debianRelease } from './machine/requirements.ts';
import { type Row, rowTimeoutMs } from './row.ts';
import { serveStages } from './stage-server.ts';
import { rows } from './table.ts';

const usage = `Usage: npm run test:usb [-- OPTION …]

Runs rows in a small Debian with a kernel of its own, whose USB dongles are virtual ones.

  --only NAME,…   these rows alone
  --keep          keep the programs and the console of the guest, and say where
  --shell         no rows, but a root shell in the guest; exit ends it
  --help          this

Rows
${rows.map(({ name, what }) => `  ${name.padEnd(21)} ${what}`).join('\n')}
`;

/** For getting from the start of QEMU to the first row, and for turning the guest off. */
const bootMs = 90_000;
const shellMs = 24 * 3_600_000;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const secondsSince = (start: number): string =>
  `${((performance.now() - start) / 1000).toFixed(1)} s`.padStart(8);

/** Does something and prints how long it took. */
const phase = async <T>(
  name: string,
  work: () => Promise<T>,
  note: (result: T) => string = () => '',
): Promise<T> => {
  const start = performance.now();
  const result = await work();
  say(`${name.padEnd(22)}${secondsSince(start)}  ${note(result)}`.trimEnd());
  return result;
};

const main = async (signal: AbortSignal): Promise<number> => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      keep: { type: 'boolean', default: false },
      shell: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  const names = values.only?.split(',') ?? rows.map(({ name }) => name);
  const unknown = names.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    say(`no row is called ${unknown.join(', ')}; the rows are ${rows.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const chosen = rows.filter(({ name }) => names.includes(name));

  const whole = performance.now();
  checkRequirements();
  const release = debianRelease();
  const key = keyOf(release);
  const isKept = existsSync(folderOf(key));
  if (!isKept) say('making the guest from Debian packages (once, about a minute) ...');
  const guest = await phase(
    isKept ? 'guest, made before' : 'guest made',
    () => cached(key, (folder) => makeGuest(folder, release, signal)),
    (folder) => readFileSync(join(folder, files.about), 'utf8'),
  );

  const folder = mkdtempSync(join(tmpdir(), 'jelling-usb-'));
  try {
    await using stages = await serveStages(rows);
    const plan: Plan = { rows: chosen.map(({ name }) => name), stagePort: stages.port };
    const { disk, inSources } = await phase('programs packed', () => packPrograms(folder, plan, signal));
    const machine = { guest, programs: disk, signal };
    if (values.shell) {
      say('a root shell in the guest; exit ends it');
      return (await bootForShell({ ...machine, deadlineMs: shellMs })) === undefined ? 0 : 1;
    }
    const run = new Run(chosen, join(folder, 'console'), inSources);
    await run.play(machine);
    say(`${'all of it'.padEnd(22)}${secondsSince(whole)}`);
    say(`\n${run.passed} passed, ${chosen.length - run.passed} failed`);
    return run.passed === chosen.length ? 0 : 1;
  } finally {
    if (values.keep) say(`the programs and the console of the guest are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
};

/** One boot, and what has become of each row. */
class Run {
  readonly #rows: readonly Row[];
  readonly #console: string;
  readonly #inSources: (text: string) => string;
  readonly #left: Set<string>;
  #since = performance.now();
  passed = 0;

  constructor(rows: readonly Row[], console: string, inSources: (text: string) => string) {
    this.#rows = rows;
    this.#console = console;
    this.#inSources = inSources;
    this.#left = new Set(rows.map(({ name }) => name));
  }

  async play(machine: { guest: string; programs: string; signal: AbortSignal }): Promise<void> {
    const deadlineMs = this.#rows.reduce((sum, row) => sum + rowTimeoutMs(row), bootMs);
    this.#since = performance.now();
    const wrong = await bootForRows({ ...machine, deadlineMs }, this.#console, (line) => this.#take(line));
    say(`${'turned off'.padEnd(22)}${secondsSince(this.#since)}`);
    if (this.#left.size === 0) return;
    for (const name of this.#left) say(`  FAIL ${name.padEnd(21)} did not come to its end`);
    if (wrong !== undefined) say(wrong);
    say(`the last words of the guest:\n${this.#lastWords()}`);
  }

  #take(line: string): void {
    const report = JSON.parse(line) as Report;
    switch (report.event) {
      case 'ready':
        say(`${'guest booted'.padEnd(22)}${secondsSince(this.#since)}  ${accelerator}\n`);
        break;
      case 'begins':
        say(`${report.row}: ${this.#rows.find(({ name }) => name === report.row)?.what}`);
        break;
      case 'says':
        say(`       ${report.line}`);
        return;
      case 'ends':
        this.#left.delete(report.row);
        if (report.error === undefined) this.passed++;
        say(
          `  ${report.error === undefined ? 'ok  ' : 'FAIL'} ${report.row.padEnd(21)} ${secondsSince(this.#since)}`,
        );
        if (report.error !== undefined) say(this.#inSources(report.error).replaceAll(/^/gm, '       '));
        break;
      case 'done':
        say('');
        break;
    }
    this.#since = performance.now();
  }

  #lastWords(): string {
    if (!existsSync(this.#console)) return '(none)';
    return readFileSync(this.#console, 'utf8').trimEnd().split('\n').slice(-30).join('\n');
  }
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}
try {
  // Whatever is still open then, nobody waits for it.
  process.exit(await main(stop.signal));
} catch (error) {
  const isExpected =
    error instanceof MissingToolError || error instanceof CommandError || stop.signal.aborted;
  if (!isExpected) throw error;
  say(`cannot run: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

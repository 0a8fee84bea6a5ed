import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Order } from './child.ts';
import { importCost } from './import-time.ts';
import { type Phase, phases } from './phases.ts';
import { type Cost, printTable, type Row } from './table.ts';

// Processor time of a host for each operation, beside that of no host at all, measured in the same run.

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    phase: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  process.stdout.write('npm run bench -- [--quick] [--phase TEXT] [--json]\n');
  process.exit();
}

const root = fileURLToPath(new URL('..', import.meta.url));
const built = `${root}node_modules/.cache/jelling-bench/`;
// What is measured is what users run: plain JavaScript out of the compiler, not what a loader makes of it.
execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}bench/tsconfig.json`],
  { stdio: 'inherit' },
);

const ANSWER_LIMIT_MS = 60_000;

type Answer = {
  readonly error?: string;
  readonly flood?: number;
  readonly cpuUs?: number;
  readonly wallMs?: number;
};

const start = (file: string, args: readonly string[], onFlood?: (count: number) => void) => {
  const child = fork(`${built}bench/${file}.js`, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const answers: Answer[] = [];
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  const give = (answer: Answer): void => {
    if (waiting === undefined) answers.push(answer);
    else if (answer.error === undefined) waiting.resolve(answer);
    else waiting.reject(new Error(answer.error));
    waiting = undefined;
  };
  child.on('message', (answer: Answer) => {
    if (answer.flood === undefined) give(answer);
    else onFlood?.(answer.flood);
  });
  child.on('exit', (code) => give({ error: `${file} ended with ${code}` }));
  const answer = (): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      const late = setTimeout(
        () => give({ error: `${file} gave no answer in ${ANSWER_LIMIT_MS} ms` }),
        ANSWER_LIMIT_MS,
      );
      waiting = {
        resolve: (given) => {
          clearTimeout(late);
          resolve(given);
        },
        reject: (error) => {
          clearTimeout(late);
          reject(error);
        },
      };
      const kept = answers.shift();
      if (kept !== undefined) give(kept);
    });
  const obey = (order: Order): Promise<Answer> => {
    child.send(order);
    return answer();
  };
  return { child, answer, obey };
};

type Party = ReturnType<typeof start>;

const end = async ({ child }: { readonly child: ChildProcess }): Promise<void> => {
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
};

const sample = async (party: Party): Promise<{ cpuUs: number; wallMs: number }> => {
  const { cpuUs = 0, wallMs = 0 } = await party.obey({ order: 'sample' });
  return { cpuUs, wallMs };
};

const measure = async (central: Party, peripheral: Party, phase: Phase): Promise<Cost> => {
  const both = <T>(work: (party: Party) => Promise<T>): Promise<[T, T]> =>
    Promise.all([work(central), work(peripheral)]);
  await both((party) => party.obey({ order: 'prepare', phase }));
  const count = values.quick === true ? Math.ceil(phase.count / 20) : phase.count;
  await both((party) => party.obey({ order: 'run', phase, count: Math.ceil(count / 4) }));
  const before = await both(sample);
  await both((party) => party.obey({ order: 'run', phase, count }));
  const after = await both(sample);
  const us = (side: 0 | 1): number => (after[side].cpuUs - before[side].cpuUs) / count;
  return {
    centralUs: us(0),
    peripheralUs: us(1),
    perSecond: (count / (after[0].wallMs - before[0].wallMs)) * 1000,
  };
};

const withHosts = async (host: string): Promise<Map<string, Cost>> => {
  const costs = new Map<string, Cost>();
  const controllers = start('controllers', []);
  const ports = (await controllers.answer()) as {
    central: number;
    peripheral: number;
    peripheralAddress: string;
  };
  const flood = (count: number): boolean => controllers.child.send({ flood: count });
  const peripheral = start(`hosts/${host}`, ['peripheral', String(ports.peripheral)]);
  const central = start(`hosts/${host}`, ['central', String(ports.central), ports.peripheralAddress], flood);
  try {
    await Promise.all([peripheral.answer(), central.answer()]);
    for (const phase of phases) {
      if (values.phase !== undefined && !phase.name.includes(values.phase)) continue;
      process.stderr.write(`${host}: ${phase.name}\n`);
      costs.set(phase.name, await measure(central, peripheral, phase));
    }
  } finally {
    await Promise.all([central, peripheral, controllers].map(end));
  }
  return costs;
};

const nothing = await withHosts('null');
const jelling = await withHosts('jelling');
const rows: Row[] = [];
for (const { name, kind } of phases) {
  const [floor, cost] = [nothing.get(name), jelling.get(name)];
  if (floor !== undefined && cost !== undefined) rows.push({ name, kind, floor, cost });
}
const imported = importCost(`${built}src/index.js`);
if (values.json === true) {
  for (const row of [...rows, { name: 'import', ...imported }])
    process.stdout.write(`${JSON.stringify(row)}\n`);
} else {
  printTable(rows);
  const native = imported.native.length === 0 ? 'no native code' : imported.native.join(', ');
  process.stdout.write(`\nImport of the package: ${imported.ms.toFixed(1)} ms, ${native}\n`);
}

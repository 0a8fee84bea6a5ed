import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { importCost } from './import-time.ts';
import { type Answer, Party } from './party.ts';
import { type Phase, phases } from './phases.ts';
import { type Cost, makeRow, middle, type Row } from './rows.ts';
import { printTables } from './table.ts';
import { runTransport, transportUsage } from './transport/run.ts';

// Processor time of a host for each operation, beside that of no host at all, measured in the same run.

const usage = `npm run bench [-- TEXT ...] [-- OPTIONS]

Measures the rows that have one of the texts in their name, all without one:

${phases.map(({ name }) => `  ${name}`).join('\n')}

  --scale X    so many times the operations: 0.05 shows whether it works, 10 is for a profile
  --repeat N   each row N times, the hosts in turn; the ratio in the middle counts
  --json       a JSON line for each row, with its name, its cost for each operation, and both sides beside no host
  --help       this

npm run bench -- transport measures the lines to controllers instead: npm run bench -- transport --help

Times are microseconds of user and system time of the whole process of a host, controllers not counted. Only ratios of one run mean something.
For a profile of each process: node --cpu-prof --cpu-prof-dir=DIR --import tsx --conditions=jelling-source bench/run.ts TEXT --scale 10
`;

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
    repeat: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const isTransport = positionals[0] === 'transport';
if (values.help) {
  process.stdout.write(isTransport ? transportUsage : usage);
  process.exit();
}
const chosen = phases.filter(
  ({ name }) => positionals.length === 0 || positionals.some((text) => name.includes(text)),
);
const repeat = Number(values.repeat ?? (isTransport ? 3 : 1));
const scale = Number(values.scale);
if ((chosen.length === 0 && !isTransport) || !Number.isInteger(repeat) || repeat < 1 || !(scale > 0)) {
  process.stderr.write(isTransport ? transportUsage : usage);
  process.exit(2);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const built = `${root}node_modules/.cache/jelling-bench/`;
// What is measured is what users run: plain JavaScript out of the compiler, not what a loader makes of it.
execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}bench/tsconfig.json`],
  { stdio: 'inherit' },
);

if (isTransport) {
  const given = positionals.slice(1);
  const isMoniker = (text: string): boolean =>
    text === 'usb' || /^(usb|serial|tcp|unix|hci-socket):/.test(text);
  const holds = await runTransport({
    folder: `${built}bench/transport/`,
    moniker: given.find(isMoniker),
    text: given.find((text) => !isMoniker(text)) ?? '',
    scale,
    repeat,
    json: values.json,
  });
  process.exit(holds ? 0 : 1);
}

const fileOf = (name: string): string => `${built}bench/${name}.js`;

const measure = async (central: Party, peripheral: Party, phase: Phase): Promise<Cost> => {
  const both = (work: (party: Party) => Promise<Answer>): Promise<[Answer, Answer]> =>
    Promise.all([work(central), work(peripheral)]);
  await both((party) => party.obey({ order: 'prepare', phase }));
  const count = Math.ceil(phase.count * scale);
  await both((party) => party.obey({ order: 'run', phase, count: Math.ceil(count / 4) }));
  const before = await both((party) => party.obey({ order: 'sample' }));
  const [{ shares }] = await both((party) => party.obey({ order: 'run', phase, count }));
  const after = await both((party) => party.obey({ order: 'sample' }));
  const spent = (side: 0 | 1, what: 'cpuUs' | 'wallMs' | 'requests' | 'writes'): number =>
    (after[side][what] ?? 0) - (before[side][what] ?? 0);
  return {
    centralUs: spent(0, 'cpuUs') / count,
    peripheralUs: spent(1, 'cpuUs') / count,
    perSecond: (count / spent(0, 'wallMs')) * 1000,
    centralWrites: spent(0, 'writes') / count,
    peripheralWrites: spent(1, 'writes') / count,
    roundTrips: after[0].requests === undefined ? undefined : spent(0, 'requests') / count,
    shares: shares && { least: Math.min(...shares), most: Math.max(...shares) },
  };
};

/** What each phase costs with hosts of one kind. */
const withHosts = async (host: string, todo: readonly Phase[]): Promise<Map<string, Cost>> => {
  const costs = new Map<string, Cost>();
  const controllers = new Party(fileOf('controllers'), []);
  const served = JSON.stringify(await controllers.answer());
  const flood = (count: number): boolean => controllers.child.send({ flood: count });
  const peripheral = new Party(fileOf(`hosts/${host}`), ['peripheral', served]);
  const central = new Party(fileOf(`hosts/${host}`), ['central', served], flood);
  try {
    await Promise.all([peripheral.answer(), central.answer()]);
    for (const phase of todo) {
      process.stderr.write(`${host}: ${phase.name}\n`);
      costs.set(phase.name, await measure(central, peripheral, phase));
    }
  } finally {
    await Promise.all([central, peripheral, controllers].map((party) => party.end()));
  }
  return costs;
};

/** Nothing but a host shares out links, and without one a link comes up in the same way whatever is discovered on it. */
const hasFloor = ({ kind, large, cached }: Phase): boolean =>
  kind !== 'links' && !(kind === 'connect' && (large === true || cached === true));

const runs: Row[][] = [];
for (let i = 0; i < repeat; i++) {
  const floors = await withHosts('null', chosen.filter(hasFloor));
  const costs = await withHosts('jelling', chosen);
  runs.push(
    chosen.flatMap((phase) => {
      const cost = costs.get(phase.name);
      return cost === undefined ? [] : [makeRow(phase, cost, floors.get(phase.name))];
    }),
  );
}
const rows = chosen.flatMap(({ name }) => middle(runs.flat().filter((row) => row.name === name)) ?? []);
const imported = importCost(`${built}src/index.js`);
if (values.json) {
  for (const row of [...rows, { name: 'import', ...imported }])
    process.stdout.write(`${JSON.stringify(row)}\n`);
} else {
  printTables(rows);
  const native = imported.native.length === 0 ? 'no native code' : imported.native.join(', ');
  process.stdout.write(`\nImport of the package: ${imported.ms.toFixed(1)} ms, ${native}\n`);
}

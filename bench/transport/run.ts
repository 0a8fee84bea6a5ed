import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { printTable } from '../table.ts';
import { exchanges, scans } from './cases.ts';
import { claimsOf } from './claims.ts';
import { type CodecCost, type LineOutcome, middleOutcome } from './outcomes.ts';

export const transportUsage = `npm run bench -- transport [MONIKER] [TEXT] [-- OPTIONS]

Measures lines instead of hosts: TCP, and pseudo-terminals with H4 and with H5 through the serialport package, each in ${exchanges.length + scans.length} cases, or those that have the text in their name:

${[...exchanges, ...scans].map(({ name }) => `  ${name}`).join('\n')}

and what the codecs alone cost. With a moniker, as usb:1-1, it measures that line alone; at its other end has to be a virtual controller that playFarEnd() of
bench/transport/far-end.ts was called with. The exit code is 1 where something that is claimed does not hold.

  --scale X    so many times the packets
  --repeat N   each line N times, 3 unless given; the middle counts
  --json       a JSON line for each row and each claim
`;

export interface TransportOptions {
  /** Where the compiled programs are. */
  readonly folder: string;
  readonly moniker: string | undefined;
  readonly text: string;
  readonly scale: number;
  readonly repeat: number;
  readonly json: boolean;
}

const execArgv = process.execArgv.filter((arg) => arg.startsWith('--cpu-prof'));

/** What a program prints, a JSON value on each line. */
const outputOf = async <T>(path: string, args: readonly string[]): Promise<readonly T[]> => {
  const child = spawn(process.execPath, [...execArgv, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${path} ended with ${code}`);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
};

const startFarEnds = async (
  folder: string,
): Promise<{ readonly child: ChildProcess; readonly lines: ReadonlyMap<string, string> }> => {
  const child = fork(`${folder}serve.js`, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [{ lines }] = (await once(child, 'message')) as [{ lines: Record<string, string> }];
  return { child, lines: new Map(Object.entries(lines)) };
};

/** Measures, prints, and says whether all holds that is claimed. */
export const runTransport = async (options: TransportOptions): Promise<boolean> => {
  const { folder, moniker, text, scale, repeat, json } = options;
  const far = moniker === undefined ? await startFarEnds(folder) : undefined;
  const lines = far?.lines ?? new Map([[moniker ?? '', moniker ?? '']]);
  const runs: LineOutcome[] = [];
  const codecs: CodecCost[] = [];
  try {
    for (let round = 0; round < repeat; round++) {
      for (const [line, at] of lines) {
        process.stderr.write(`${line}\n`);
        const outcomes = await outputOf<Omit<LineOutcome, 'line'>>(`${folder}host.js`, [
          at,
          String(scale),
          text,
        ]);
        runs.push(...outcomes.map((outcome) => ({ line, ...outcome })));
      }
      codecs.push(...(await outputOf<CodecCost>(`${folder}codec.js`, [String(scale)])));
    }
  } finally {
    far?.child.disconnect();
  }
  const outcomes = middleOutcome(runs, ({ line, name }) => `${line} ${name}`);
  const codecCosts = middleOutcome(codecs, ({ name, size }) => `${name} ${size}`);
  const claims = claimsOf(outcomes);
  if (json) {
    for (const row of [...outcomes, ...codecCosts, ...claims])
      process.stdout.write(`${JSON.stringify(row)}\n`);
  } else {
    printTable(
      'Lines: processor microseconds of the host for each packet, octets each way as H4 counts them',
      [
        ['', 'line', 'us', 'octets/s', 'of a core', 'results'],
        ...outcomes.map((row) => [
          row.name,
          row.line,
          row.usPerPacket.toFixed(2),
          row.octetsPerSecond.toFixed(0),
          row.coreShare === undefined ? '' : `${(row.coreShare * 100).toFixed(1)} %`,
          row.results?.toFixed(0) ?? '',
        ]),
      ],
    );
    printTable(
      'Codecs alone, both ends of H4 and H5, the reader of USB: processor microseconds for each packet',
      [
        ['', 'octets', 'us'],
        ...codecCosts.map((row) => [row.name, String(row.size), row.usPerPacket.toFixed(2)]),
      ],
    );
    printTable('What is claimed', [
      ['', 'limit', 'measured', ''],
      ...claims.map((claim) => [claim.claim, claim.limit, claim.measured, claim.holds ? 'holds' : 'FAILS']),
    ]);
  }
  return claims.every(({ holds }) => holds);
};

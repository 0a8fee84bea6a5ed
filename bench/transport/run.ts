import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { Party } from '../party.ts';
import { printTable } from '../table.ts';
import { exchanges, scans } from './cases.ts';
import { claimsOf } from './claims.ts';
import type { HostAnswer, HostOrder } from './host.ts';
import { type CodecCost, type LineOutcome, middleOutcome } from './outcomes.ts';

export const transportUsage = `npm run bench -- transport [MONIKER] [TEXT] [-- OPTIONS]

Measures lines instead of hosts: TCP, and pseudo-terminals with H4 and with H5 through the serialport package, each in ${exchanges.length + scans.length} cases, or those that have the text in their name:

${[...exchanges, ...scans].map(({ name }) => `  ${name}`).join('\n')}

and what the codecs alone cost. With a moniker, as usb:1-1, it measures that line alone; at its other end has to be a virtual controller that playFarEnd() of
bench/transport/far-end.ts was called with. The exit code is 1 where something that is claimed holds in no round.

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

interface Served {
  readonly lines: Readonly<Record<string, string>>;
  readonly error?: string | undefined;
}

/** A host on each line, of which one works at a time: each case on all lines, one right after the other, so that a machine that is busy elsewhere is so for all of them. */
const measureLines = async (
  { folder, text, scale, repeat }: TransportOptions,
  lines: Readonly<Record<string, string>>,
): Promise<readonly LineOutcome[]> => {
  const hosts = Object.entries(lines).map(([line, at]) => ({
    line,
    host: new Party<HostOrder, HostAnswer>(`${folder}host.js`, [at, String(scale)]),
  }));
  const outcomes: LineOutcome[] = [];
  try {
    for (let round = 0; round < repeat; round++) {
      for (const { name } of [...exchanges, ...scans].filter((each) => each.name.includes(text))) {
        process.stderr.write(`${name}\n`);
        for (const { line, host } of hosts) {
          const { outcome } = await host.obey({ measure: name });
          if (outcome !== undefined) outcomes.push({ line, ...outcome });
        }
      }
    }
  } finally {
    await Promise.all(hosts.map(({ host }) => host.end()));
  }
  return outcomes;
};

const measureCodecs = ({ folder, scale, repeat }: TransportOptions): readonly CodecCost[] =>
  Array.from({ length: repeat }, () =>
    execFileSync(process.execPath, [`${folder}codec.js`, String(scale)], { encoding: 'utf8' }),
  )
    .flatMap((output) => output.trim().split('\n'))
    .map((line) => JSON.parse(line) as CodecCost);

/** Measures, prints, and says whether nothing fails that is claimed. */
export const runTransport = async (options: TransportOptions): Promise<boolean> => {
  const { folder, moniker, json } = options;
  const far = moniker === undefined ? new Party<object, Served>(`${folder}serve.js`, []) : undefined;
  const lines = (await far?.answer())?.lines ?? { [moniker ?? '']: moniker ?? '' };
  const runs = await measureLines(options, lines).finally(() => far?.end());
  const codecs = measureCodecs(options);
  const outcomes = middleOutcome(runs, ({ line, name }) => `${line} ${name}`);
  const codecCosts = middleOutcome(codecs, ({ name, size }) => `${name} ${size}`);
  const claims = claimsOf(runs);
  if (json) {
    for (const row of [...outcomes, ...codecCosts, ...claims])
      process.stdout.write(`${JSON.stringify(row)}\n`);
  } else {
    printTable(
      'Lines: processor microseconds of the host for each packet, octets each way as H4 counts them',
      [
        ['', 'line', 'us', 'writes', 'octets/s', 'of a core', 'results'],
        ...outcomes.map((row) => [
          row.name,
          row.line,
          row.usPerPacket.toFixed(2),
          row.writesPerPacket?.toFixed(2) ?? '',
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
      ...claims.map((claim) => [claim.claim, claim.limit, claim.measured, claim.verdict]),
    ]);
  }
  return claims.every(({ verdict }) => verdict !== 'FAILS');
};

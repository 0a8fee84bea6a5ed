import { LINE_OCTETS } from './cases.ts';
import type { LineOutcome } from './outcomes.ts';

export interface Claim {
  readonly claim: string;
  readonly limit: string;
  /** The middle of all rounds. */
  readonly measured: string;
  /** Unclear where it holds in some rounds and not in the one in the middle: the machine was busy elsewhere. */
  readonly verdict: 'holds' | 'unclear' | 'FAILS';
}

/** Of a core, at 3 Mbaud both ways: half of it is left for the machine that is slower than this one. */
const LINE_SHARE = 0.5;
/** Of a core, at ten times the reports of a line of 1 Mbaud. */
const SCAN_SHARE = 0.2;
/** What H5 may cost beside H4. */
const H5_RATIO = 2;

const judge = (
  claim: string,
  rounds: readonly number[],
  limit: { readonly below?: number; readonly above?: number },
  show: (value: number) => string,
): Claim => {
  const { below = Number.POSITIVE_INFINITY, above = Number.NEGATIVE_INFINITY } = limit;
  const isWithin = (value: number): boolean => value < below && value > above;
  const middle = [...rounds].sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? Number.NaN;
  const verdict = isWithin(middle) ? 'holds' : rounds.some(isWithin) ? 'unclear' : 'FAILS';
  const shown = limit.below === undefined ? `> ${show(above)}` : `< ${show(below)}`;
  return { claim, limit: shown, measured: show(middle), verdict };
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/**
 * What is claimed of lines. H5 has no claim of its own but the ratio to H4, each round against the one right before it: with at most seven packets under way, how many
 * leave in one write is up to the protocol.
 */
export const claimsOf = (runs: readonly LineOutcome[]): readonly Claim[] => {
  const claims: Claim[] = [];
  const roundsOf = (line: string, name: string): readonly LineOutcome[] =>
    runs.filter((run) => run.line === line && run.name === name);
  const isFirst = ({ line, name }: LineOutcome, at: number): boolean =>
    runs.findIndex((run) => run.line === line && run.name === name) === at;
  for (const { line, name, kind, pace } of runs.filter(isFirst)) {
    const rounds = roundsOf(line, name);
    if (line === 'pty H5') {
      if (kind !== 'exchange' || pace !== 'line') continue;
      const beside = roundsOf('pty H4', name);
      const ratios = rounds.map((run, at) => run.usPerPacket / (beside[at]?.usPerPacket ?? 0));
      claims.push(judge(`H5 beside H4: ${name}`, ratios, { below: H5_RATIO }, (value) => value.toFixed(2)));
    } else if (pace === 'line') {
      const shares = rounds.map(({ coreShare = 0 }) => coreShare);
      const below = kind === 'scan' ? SCAN_SHARE : LINE_SHARE;
      claims.push(judge(`${line}: ${name}`, shares, { below }, percent));
    } else {
      const rates = rounds.map(({ octetsPerSecond }) => octetsPerSecond);
      claims.push(
        judge(`${line}: ${name}`, rates, { above: LINE_OCTETS }, (value) => `${value.toFixed(0)} octets/s`),
      );
    }
  }
  return claims;
};

import { LINE_OCTETS } from './cases.ts';
import type { LineOutcome } from './outcomes.ts';

export interface Claim {
  readonly claim: string;
  readonly limit: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** Of a core, at 3 Mbaud both ways: half of it is left for the machine that is slower than this one. */
const LINE_SHARE = 0.5;
/** Of a core, at ten times the reports of a line of 1 Mbaud. */
const SCAN_SHARE = 0.2;
/** What H5 may cost beside H4. */
const H5_RATIO = 2;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const below = (claim: string, share: number, limit: number): Claim => ({
  claim,
  limit: `< ${percent(limit)}`,
  measured: percent(share),
  holds: share < limit,
});

/** Of each round the cost beside H4 on the same kind of line, right before it; the one in the middle. */
const middleRatio = (runs: readonly LineOutcome[], name: string): number | undefined => {
  const of = (which: string): readonly LineOutcome[] =>
    runs.filter((run) => run.line === which && run.name === name);
  const h4 = of('pty H4');
  const ratios = of('pty H5').map(({ usPerPacket }, round) => usPerPacket / (h4[round]?.usPerPacket ?? 0));
  return ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)];
};

/**
 * What is claimed of lines, of the middle of all rounds. H5 has no claim of its own but the ratio: with at most seven packets under way, how many leave in one write
 * is up to the protocol.
 */
export const claimsOf = (
  outcomes: readonly LineOutcome[],
  runs: readonly LineOutcome[],
): readonly Claim[] => {
  const claims: Claim[] = [];
  for (const row of outcomes) {
    const { line, name, kind, coreShare, octetsPerSecond } = row;
    if (line === 'pty H5') continue;
    if (kind === 'scan' && coreShare !== undefined) {
      claims.push(below(`${line}: ${name}`, coreShare, SCAN_SHARE));
    } else if (coreShare !== undefined) {
      claims.push(below(`${line}: ${name}`, coreShare, LINE_SHARE));
    } else {
      claims.push({
        claim: `${line}: ${name}`,
        limit: `> ${LINE_OCTETS} octets/s`,
        measured: octetsPerSecond.toFixed(0),
        holds: octetsPerSecond > LINE_OCTETS,
      });
    }
  }
  for (const { line, kind, pace, name } of outcomes) {
    if (line !== 'pty H5' || kind !== 'exchange' || pace !== 'line') continue;
    const ratio = middleRatio(runs, name) ?? 0;
    claims.push({
      claim: `H5 beside H4: ${name}`,
      limit: `<= ${H5_RATIO.toFixed(1)}`,
      measured: ratio.toFixed(2),
      holds: ratio <= H5_RATIO,
    });
  }
  return claims;
};

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

/**
 * What is claimed of lines. H5 has no claim of its own but the ratio: with at most seven packets under way, how many leave in one write is up to the protocol.
 */
export const claimsOf = (outcomes: readonly LineOutcome[]): readonly Claim[] => {
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
  for (const h5 of outcomes) {
    const h4 = outcomes.find(({ line, name }) => line === 'pty H4' && name === h5.name);
    if (h5.line !== 'pty H5' || h5.kind !== 'exchange' || h5.pace !== 'line' || h4 === undefined) continue;
    const ratio = h5.usPerPacket / h4.usPerPacket;
    claims.push({
      claim: `H5 beside H4: ${h5.name}`,
      limit: `<= ${H5_RATIO.toFixed(1)}`,
      measured: ratio.toFixed(2),
      holds: ratio <= H5_RATIO,
    });
  }
  return claims;
};

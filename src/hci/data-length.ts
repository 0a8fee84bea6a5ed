import type { ControllerFacts } from './controller-info.ts';

/** How long link layer packets of data may be: octets of payload, and microseconds on the air (Vol 6, Part B, 4.5.10). */
export interface TxLength {
  readonly txOctets: number;
  readonly txTime: number;
}

/** The shortest that any link has, and has at first. */
export const SHORTEST_TX: TxLength = { txOctets: 27, txTime: 328 };
/** The longest payload, and the time it takes on 1M. */
const LONGEST_TX: TxLength = { txOctets: 251, txTime: 2120 };

/** What is best asked for: as long as a payload can be, and no longer than it takes on 1M; undefined where the controller has no choice. */
export const bestTxLength = ({
  maxDataLength,
}: Pick<ControllerFacts, 'maxDataLength'>): TxLength | undefined => {
  if (maxDataLength === undefined) return undefined;
  const txOctets = Math.min(maxDataLength.txOctets, LONGEST_TX.txOctets);
  const txTime = Math.min(maxDataLength.txTime, LONGEST_TX.txTime);
  return { txOctets, txTime };
};

import type { IoName } from './smp.ts';

/** The IO capabilities of both sides. */
export interface IoPair {
  readonly iut: IoName;
  readonly tester: IoName;
}

/** What users do where one side asks for protection, in LE Secure Connections. */
export type UsersPart = 'nothing' | 'compare' | 'iutShows' | 'testerShows' | 'bothEnter';

export const ioNames: readonly IoName[] = [
  'displayOnly',
  'displayYesNo',
  'keyboardOnly',
  'noInputNoOutput',
  'keyboardDisplay',
];

const comparing: readonly IoName[] = ['displayYesNo', 'keyboardDisplay'];

/** A keyboard serves where a side has nothing else, or the other has nothing but a display. */
const enters = (io: IoName, other: IoName): boolean =>
  io === 'keyboardOnly' || (io === 'keyboardDisplay' && other === 'displayOnly');

/** Table 2.8 of Vol 3, Part H, 2.3.5.1, by what capabilities are for: who begins makes no difference. */
export const usersPart = ({ iut, tester }: IoPair): UsersPart => {
  const both = [iut, tester];
  if (both.includes('noInputNoOutput')) return 'nothing';
  if (both.every((io) => comparing.includes(io))) return 'compare';
  if (enters(iut, tester)) return enters(tester, iut) ? 'bothEnter' : 'testerShows';
  return enters(tester, iut) ? 'iutShows' : 'nothing';
};

/** Every pair of the table. */
export const ioPairs: readonly IoPair[] = ioNames.flatMap((iut) =>
  ioNames.map((tester) => ({ iut, tester })),
);

/** The pairs in which somebody enters a passkey. */
export const passkeyPairs: readonly IoPair[] = ioPairs.filter(
  (pair) => !['nothing', 'compare'].includes(usersPart(pair)),
);

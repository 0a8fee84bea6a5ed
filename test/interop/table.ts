/**
 * The rows of test:interop: who talks to whom, on whose controllers, and what is proved of each pair.
 * The run counts a row for each procedure of each pair here, and a row that could not run has failed.
 */

export type Host = 'jelling' | 'bumble';

/** Whose controllers, and so whose air, the pair stands on. */
export type Controllers = 'jelling' | 'bumble' | 'rootcanal';

export type Role = 'central' | 'peripheral';

/** What a pair does, in this order. `capture` is tshark's verdict on the traffic of them all. */
export const procedures = [
  'scan',
  'scan response',
  'connect',
  'mtu',
  'discover',
  'discover by uuid',
  'descriptors',
  'read',
  'read long',
  'write',
  'write without response',
  'notify',
  'indicate',
  'disconnect',
  'hang up',
  'capture',
] as const;

export type Procedure = (typeof procedures)[number];

export interface Pair {
  central: Host;
  peripheral: Host;
  controllers: Controllers;
  /** The side whose controller is reached over a pty and not over TCP. */
  overPty?: Role;
}

export const pairs: readonly Pair[] = [
  // Our controller, judged by foreign hosts alone, then our host beside one of them.
  { central: 'bumble', peripheral: 'bumble', controllers: 'jelling' },
  { central: 'bumble', peripheral: 'bumble', controllers: 'jelling', overPty: 'peripheral' },
  { central: 'jelling', peripheral: 'bumble', controllers: 'jelling' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'jelling' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'jelling', overPty: 'peripheral' },
  // Our host on controllers that we did not write.
  { central: 'jelling', peripheral: 'jelling', controllers: 'bumble' },
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'bumble' },
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble', overPty: 'central' },
  { central: 'jelling', peripheral: 'jelling', controllers: 'rootcanal' },
  { central: 'jelling', peripheral: 'bumble', controllers: 'rootcanal' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'rootcanal' },
];

export const nameOf = ({ central, peripheral, controllers, overPty }: Pair): string =>
  `${central} central, ${peripheral} peripheral, ${controllers} controllers${overPty ? `, ${overPty} over pty` : ''}`;

/** Bumble's controllers answer a scan request with the advertising data, so they have no scan response to show. */
export const proceduresOf = (pair: Pair): Procedure[] =>
  procedures.filter((procedure) => procedure !== 'scan response' || pair.controllers !== 'bumble');

/** The one of the pair that is made wrong on purpose: the foreign one where there is one. */
export const sabotagedRole = (pair: Pair): Role =>
  pair.peripheral === 'jelling' && pair.central === 'bumble' ? 'central' : 'peripheral';

/**
 * The rows of test:interop: who talks to whom, on whose controllers, and about what. What is proved of each pair stands in the `rows.ts` of its topic.
 * The run counts a row for each procedure of each pair here, and a row that could not run has failed.
 */

import { type Kind, type KindName, kinds } from './kinds/kinds.ts';

export type Host = 'jelling' | 'bumble' | 'ble-host';

/** Whose controllers, and so whose air, the pair stands on. */
export type Controllers = 'jelling' | 'bumble' | 'rootcanal';

export type Role = 'central' | 'peripheral';

/** What a pair talks about: a folder of that name says what is done and what both sides must see. */
export type TopicName =
  | 'basics'
  | 'bearers'
  | 'channels'
  | 'database'
  | 'errors'
  | 'kinds'
  | 'pairing'
  | 'privacy'
  | 'services'
  | 'values';

export interface Pair {
  topic: TopicName;
  central: Host;
  peripheral: Host;
  controllers: Controllers;
  /** The side whose controller is reached over a pty and not over TCP. */
  overPty?: Role;
  /** What kind of controller the central has, where rootcanal is to be one. */
  kind?: KindName;
}

type Setting = Omit<Pair, 'topic'>;

const everySetting: readonly Setting[] = [
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

const about = (topic: TopicName, settings: readonly Setting[]): readonly Pair[] =>
  settings.map((setting) => ({ topic, ...setting }));

/** Our host beside a foreign one, in both roles, on our controllers and on others. */
const bothRoles: readonly Setting[] = [
  { central: 'jelling', peripheral: 'bumble', controllers: 'jelling' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'jelling' },
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'bumble' },
];

const onRootcanal: readonly Setting[] = [
  { central: 'jelling', peripheral: 'bumble', controllers: 'rootcanal' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'rootcanal' },
];

const withBleHost: readonly Setting[] = [
  { central: 'jelling', peripheral: 'ble-host', controllers: 'jelling' },
  { central: 'ble-host', peripheral: 'jelling', controllers: 'jelling' },
];

/** Our host on a controller of each kind, in both roles one after the other: what the pair calls the central is the peripheral of the second meeting. */
const onEachKind: readonly Setting[] = Object.entries(kinds).map(
  ([kind, { overPty = false }]: [string, Kind]) => ({
    central: 'jelling',
    peripheral: 'bumble',
    controllers: 'rootcanal',
    kind: kind as KindName,
    ...(overPty && { overPty: 'central' }),
  }),
);

export const pairs: readonly Pair[] = [
  ...about('basics', everySetting),
  ...about('values', bothRoles),
  ...about('values', withBleHost),
  ...about('database', bothRoles),
  ...about('database', withBleHost),
  ...about('errors', bothRoles),
  ...about('errors', withBleHost),
  ...about('channels', bothRoles),
  ...about('channels', withBleHost),
  ...about('bearers', bothRoles),
  ...about('pairing', bothRoles),
  ...about('pairing', onRootcanal),
  ...about('privacy', bothRoles.slice(0, 2)),
  ...about('privacy', onRootcanal),
  ...about('services', bothRoles),
  ...about('kinds', onEachKind),
];

export const nameOf = ({ topic, central, peripheral, controllers, overPty, kind }: Pair): string =>
  `${topic}: ${central} central, ${peripheral} peripheral, ${controllers} controllers${kind ? ` as ${kind}` : ''}${overPty ? `, ${overPty} over pty` : ''}`;

/** The one of the pair that is made wrong on purpose: the foreign one where there is one. */
export const sabotagedRole = (pair: Pair): Role =>
  pair.peripheral === 'jelling' && pair.central !== 'jelling' ? 'central' : 'peripheral';

/**
 * The rows of test:interop: who talks to whom, on whose controllers, and about what. What is proved of each pair stands in the `rows.ts` of its topic.
 * The run counts a row for each procedure of each pair here, and a row that could not run has failed.
 */

import { type Kind, type KindName, kinds } from './kinds/kinds.ts';

export type Host = 'jelling' | 'bumble' | 'ble-host';

/** Whose controllers, and so whose air, the pair stands on. */
export type Controllers = 'jelling' | 'bumble' | 'rootcanal';

export type Role = 'central' | 'peripheral';

/** Of `two ptys` one end of each is a serial port, of the host and of the foreign controller, and a program carries octets between the others. */
export type Line = 'pty' | 'two ptys' | 'unix socket';

/** What a pair talks about: a folder of that name says what is done and what both sides must see. */
export type TopicName =
  | 'basics'
  | 'bearers'
  | 'channels'
  | 'database'
  | 'errors'
  | 'kinds'
  | 'lines'
  | 'pairing'
  | 'privacy'
  | 'services'
  | 'values';

export interface Pair {
  topic: TopicName;
  central: Host;
  peripheral: Host;
  controllers: Controllers;
  /** The side whose controller is reached by another line than TCP. */
  line?: readonly [Role, Line];
  /** What kind of controller the central has, where rootcanal is to be one. */
  kind?: KindName;
}

type Setting = Omit<Pair, 'topic'>;

const everySetting: readonly Setting[] = [
  // Our controller, judged by foreign hosts alone, then our host beside one of them.
  { central: 'bumble', peripheral: 'bumble', controllers: 'jelling' },
  { central: 'bumble', peripheral: 'bumble', controllers: 'jelling', line: ['peripheral', 'pty'] },
  { central: 'jelling', peripheral: 'bumble', controllers: 'jelling' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'jelling' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'jelling', line: ['peripheral', 'pty'] },
  // Our host on controllers that we did not write.
  { central: 'jelling', peripheral: 'jelling', controllers: 'bumble' },
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble' },
  { central: 'bumble', peripheral: 'jelling', controllers: 'bumble' },
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble', line: ['central', 'pty'] },
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
    ...(overPty && { line: ['central', 'pty'] as const }),
  }),
);

/** Lines that no pair above has: a serial port at both ends, and sockets that are files, of either maker. */
const onOtherLines: readonly Setting[] = [
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble', line: ['central', 'two ptys'] },
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble', line: ['central', 'unix socket'] },
  { central: 'bumble', peripheral: 'jelling', controllers: 'jelling', line: ['central', 'unix socket'] },
  { central: 'bumble', peripheral: 'jelling', controllers: 'jelling', line: ['central', 'pty'] },
];

/** Lines that are to break. */
const breaking: readonly Setting[] = [
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble' },
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble', line: ['central', 'unix socket'] },
  { central: 'jelling', peripheral: 'bumble', controllers: 'bumble', line: ['central', 'pty'] },
];

export const pairs: readonly Pair[] = [
  ...about('basics', everySetting),
  ...about('values', bothRoles),
  ...about('values', withBleHost),
  ...about('values', onOtherLines),
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
  ...about('lines', breaking),
];

export const nameOf = ({ topic, central, peripheral, controllers, line, kind }: Pair): string =>
  `${topic}: ${central} central, ${peripheral} peripheral, ${controllers} controllers${kind ? ` as ${kind}` : ''}${line ? `, ${line[0]} over ${line[1]}` : ''}`;

/** The one of the pair that is made wrong on purpose: the foreign one where there is one. */
export const sabotagedRole = (pair: Pair): Role =>
  pair.peripheral === 'jelling' && pair.central !== 'jelling' ? 'central' : 'peripheral';

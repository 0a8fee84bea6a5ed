import { kindOfAddress } from '../../core/address.ts';
import type { Peer } from '../radio/radio-controller.ts';
import type { InitiatingParameters } from './connect-parameters.ts';

/** One who waits for a link, as the queue sees it. */
export interface Waiting {
  readonly peer: Peer;
  readonly parameters: InitiatingParameters;
}

const sameParameters = (a: InitiatingParameters, b: InitiatingParameters): boolean =>
  a === b ||
  (a.scanInterval === b.scanInterval &&
    a.scanWindow === b.scanWindow &&
    a.intervalMin === b.intervalMin &&
    a.intervalMax === b.intervalMax &&
    a.peripheralLatency === b.peripheralLatency &&
    a.supervisionTimeout === b.supervisionTimeout);

/** A private address changes while the accept list holds the old one, so it is looked for by itself. */
const isLasting = ({ address, type }: Peer): boolean => {
  const kind = kindOfAddress(address, type);
  return kind === 'public' || kind === 'static';
};

/**
 * Who is looked for together with the first of the queue: those that the accept list can hold and that want the same parameters. At most
 * `limit`, of which less than 2 means one by one.
 */
export const groupOf = <W extends Waiting>(queue: readonly W[], limit: number): readonly W[] => {
  const [first] = queue;
  if (first === undefined) return [];
  if (limit < 2 || !isLasting(first.peer)) return [first];
  return queue
    .filter((one) => isLasting(one.peer) && sameParameters(one.parameters, first.parameters))
    .slice(0, limit);
};

/** The queue when a group has had its turn: its members stand behind all others. */
export const afterTurn = <W>(queue: readonly W[], group: readonly W[]): W[] => [
  ...queue.filter((one) => !group.includes(one)),
  ...queue.filter((one) => group.includes(one)),
];

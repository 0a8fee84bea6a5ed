import { type Peer, samePeer } from './radio-controller.ts';
import type { RadioRules, RadioStep, RadioWant } from './radio-plan.ts';
import { wantedEntries } from './radio-resolving.ts';

const holds = (peers: readonly Peer[], peer: Peer): boolean => peers.some((one) => samePeer(one, peer));

export const sameMembers = (a: readonly Peer[] | undefined, b: readonly Peer[] | undefined): boolean =>
  a === b ||
  (a !== undefined && b !== undefined && a.length === b.length && a.every((peer) => holds(b, peer)));

/** Whether the controller can tell all of them from others: those that hide have to be on its resolving list (Vol 6, Part B, 4.3.1 and 6). */
const fits = (peers: readonly Peer[], want: RadioWant, rules: RadioRules): boolean => {
  const resolved = wantedEntries(want, rules);
  const isHidden = (peer: Peer): boolean => holds(entryPeers(want.resolving), peer);
  return (
    peers.length <= rules.acceptListSize &&
    peers.every((peer) => !isHidden(peer) || holds(entryPeers(resolved), peer))
  );
};

const entryPeers = (entries: RadioWant['resolving']): readonly Peer[] => entries.map(({ peer }) => peer);

/**
 * The accept list that the controller is to hold: there is one for connection attempts, advertising and scanning, and in this order they have it. Who else wants
 * to be choosy goes without the controller's help: the host sorts out what comes.
 */
export const acceptListFor = (want: RadioWant, rules: RadioRules): readonly Peer[] | undefined => {
  const { initiating, sets, scan } = want;
  if (initiating !== undefined && initiating.peers.length > 1) return initiating.peers;
  const advertised = [...sets.values()].filter(({ enabled }) => enabled);
  const lists = [...advertised.map(({ parameters }) => parameters.acceptOnly), scan?.acceptOnly];
  return lists.find((list) => list !== undefined && fits(list, want, rules));
};

/** The next step that brings the accept list to what is wanted, or undefined where it is so. It may be taken while nothing uses the list. */
export const nextAcceptListStep = (
  held: readonly Peer[] | undefined,
  wanted: readonly Peer[] | undefined,
): RadioStep | undefined => {
  if (wanted === undefined) return undefined;
  if (held === undefined) return { op: 'clearAcceptList' };
  const gone = held.find((peer) => !holds(wanted, peer));
  if (gone !== undefined) return { op: 'removeFromAcceptList', peer: gone };
  const added = wanted.find((peer) => !holds(held, peer));
  return added === undefined ? undefined : { op: 'addToAcceptList', peer: added };
};

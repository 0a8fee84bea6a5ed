import { type Peer, type ResolvingEntry, samePeer } from './radio-controller.ts';
import type { RadioRules, RadioState, RadioStep, RadioWant } from './radio-plan.ts';

/** Entries that the controller takes: as many as it has room for, and each peer and each key once (Vol 4, Part E, 7.8.38). */
export const wantedEntries = (
  { resolving }: RadioWant,
  { resolvingListSize }: RadioRules,
): readonly ResolvingEntry[] => resolving.slice(0, resolvingListSize);

/** The next step that brings the resolving list to what is wanted, or undefined where it is so. It may be taken while nothing uses the radio. */
export const nextResolvingStep = (
  state: Pick<RadioState, 'resolvingList' | 'resolution'>,
  want: RadioWant,
  rules: RadioRules,
): RadioStep | undefined => {
  const wanted = wantedEntries(want, rules);
  const enable = wanted.length > 0;
  const { resolvingList: held, resolution } = state;
  if (!enable) return resolution ? { op: 'setAddressResolution', enable } : undefined;
  if (held === undefined) return { op: 'clearResolvingList' };
  const gone = held.find((entry) => !wanted.includes(entry));
  if (gone !== undefined) return { op: 'removeFromResolvingList', entry: gone };
  const added = wanted.find((entry) => !held.includes(entry));
  if (added !== undefined) return { op: 'addToResolvingList', entry: added };
  return resolution ? undefined : { op: 'setAddressResolution', enable };
};

/** Whether the controller knows that peer behind its private addresses. */
export const isResolved = (
  { resolvingList, resolution }: Pick<RadioState, 'resolvingList' | 'resolution'>,
  peer: Peer,
): boolean => resolution && resolvingList?.some((entry) => samePeer(entry.peer, peer)) === true;

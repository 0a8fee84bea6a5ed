import { type Peer, samePeer } from './radio-controller.ts';
import { type RadioState, type RadioStep, type SetState, unknownSet } from './radio-plan.ts';

/** The state with one set changed; a set that was not known comes to be. */
export const withSet = (state: RadioState, handle: number, change: Partial<SetState>): RadioState => ({
  ...state,
  sets: new Map(state.sets).set(handle, { ...(state.sets.get(handle) ?? unknownSet), ...change }),
});

const withoutSet = (state: RadioState, handle: number): RadioState => {
  const sets = new Map(state.sets);
  sets.delete(handle);
  return { ...state, sets };
};

const without = (peers: readonly Peer[] | undefined, gone: Peer): readonly Peer[] =>
  (peers ?? []).filter((peer) => !samePeer(peer, gone));

/** The state once the controller has carried out a step. */
export const afterRadioStep = (state: RadioState, step: RadioStep): RadioState => {
  switch (step.op) {
    case 'setRandomAddress':
      return { ...state, randomAddress: step.address };
    case 'clearAcceptList':
      return { ...state, acceptList: [] };
    case 'addToAcceptList':
      return { ...state, acceptList: [...without(state.acceptList, step.peer), step.peer] };
    case 'removeFromAcceptList':
      return { ...state, acceptList: without(state.acceptList, step.peer) };
    case 'clearResolvingList':
      return { ...state, resolvingList: [] };
    case 'addToResolvingList':
      return { ...state, resolvingList: [...(state.resolvingList ?? []), step.entry] };
    case 'removeFromResolvingList':
      return { ...state, resolvingList: (state.resolvingList ?? []).filter((entry) => entry !== step.entry) };
    case 'setAddressResolution':
      return { ...state, resolution: step.enable };
    case 'setScanParameters':
      return {
        ...state,
        scanParameters: { scan: step.scan, ownType: step.ownType, filtered: step.filtered },
      };
    case 'enableScan':
      return { ...state, scanning: true };
    case 'disableScan':
      return { ...state, scanning: false };
    case 'initiate':
      return { ...state, initiating: { want: step.want, own: step.own, cancelling: false } };
    case 'cancelInitiating':
      return state.initiating === undefined
        ? state
        : { ...state, initiating: { ...state.initiating, cancelling: true } };
    case 'setAdvertisingParameters':
      return withSet(state, step.handle, {
        parameters: step.parameters,
        own: step.own,
        filtered: step.filtered,
      });
    case 'setAdvertisingSetAddress':
      return withSet(state, step.handle, { randomAddress: step.address });
    case 'setAdvertisingData':
      return withSet(state, step.handle, { data: step.data });
    case 'setScanResponseData':
      return withSet(state, step.handle, { scanResponse: step.data });
    case 'enableAdvertising':
      return withSet(state, step.handle, { enabled: true });
    case 'disableAdvertising':
      return withSet(state, step.handle, { enabled: false });
    case 'removeAdvertisingSet':
      return withoutSet(state, step.handle);
  }
};

/** What begins something is counted before its answer: the event that it leads to may stand in the same chunk as the answer. */
export const isCountedFirst = (step: RadioStep): boolean => {
  switch (step.op) {
    case 'disableScan':
    case 'disableAdvertising':
    case 'removeAdvertisingSet':
    case 'clearResolvingList':
    case 'addToResolvingList':
    case 'removeFromResolvingList':
    case 'setAddressResolution':
      return false;
    default:
      return true;
  }
};

/**
 * The state when the controller has refused a step whose effect was counted in advance. What was to be stopped counts as stopped: a controller
 * that refuses to end something is not doing it.
 */
export const afterRefusedStep = (state: RadioState, step: RadioStep): RadioState => {
  switch (step.op) {
    case 'enableScan':
      return { ...state, scanning: false };
    case 'initiate':
    case 'cancelInitiating':
      return { ...state, initiating: undefined };
    case 'enableAdvertising':
      return withSet(state, step.handle, { enabled: false });
    case 'disableScan':
    case 'disableAdvertising':
    case 'removeAdvertisingSet':
      return afterRadioStep(state, step);
    case 'clearAcceptList':
    case 'addToAcceptList':
    case 'removeFromAcceptList':
      return { ...state, acceptList: undefined };
    case 'clearResolvingList':
    case 'addToResolvingList':
    case 'removeFromResolvingList':
      return { ...state, resolvingList: undefined };
    case 'setAddressResolution':
      return { ...state, resolution: false };
    default:
      return state;
  }
};

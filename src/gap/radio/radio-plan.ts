import type { Address, AddressType } from '../../core/address.ts';
import { equalBytes } from '../../core/bytes.ts';
import type { InitiatingParameters } from '../connecting/connect-parameters.ts';
import { acceptListFor, nextAcceptListStep, sameMembers } from './radio-accept-list.ts';
import {
  type OwnAddress,
  type OwnAddresses,
  type Peer,
  type ResolvingEntry,
  samePeer,
} from './radio-controller.ts';
import { nextResolvingStep } from './radio-resolving.ts';

/** How to scan, in HCI units. A want is compared by identity: a new object means a new start. */
export interface ScanWant {
  readonly active: boolean;
  readonly interval: number;
  readonly window: number;
  readonly filterDuplicates: boolean;
  /** Whose advertising alone is wanted, by identity. */
  readonly acceptOnly?: readonly Peer[] | undefined;
}

/** Whom to connect to. With more than one peer the accept list decides. */
export interface InitiatingWant {
  readonly peers: readonly [Peer, ...Peer[]];
  readonly parameters: InitiatingParameters;
}

/** What a set sends: the advertising types of Vol 4, Part E, 7.8.5. */
export type AdvertisingKind =
  | 'connectable'
  | 'scannable'
  | 'nonConnectable'
  | 'directedHighDuty'
  | 'directedLowDuty';

/** The parameters of an advertising set, in HCI units; compared by identity. */
export interface SetParameters {
  readonly kind: AdvertisingKind;
  readonly interval: number;
  /** Whom directed advertising is for. */
  readonly peer: Peer | undefined;
  /** Both sides are called by private addresses that the controller makes, if it has keys for them. */
  readonly privately?: boolean | undefined;
  /** Who alone may connect and ask for more, by identity. */
  readonly acceptOnly?: readonly Peer[] | undefined;
}

export interface SetWant {
  readonly parameters: SetParameters;
  readonly data: Uint8Array;
  readonly scanResponse: Uint8Array;
  readonly enabled: boolean;
}

/** What the users of the radio want of it together. */
export interface RadioWant {
  readonly own: OwnAddresses;
  readonly resolving: readonly ResolvingEntry[];
  readonly scan: ScanWant | undefined;
  readonly initiating: InitiatingWant | undefined;
  readonly sets: ReadonlyMap<number, SetWant>;
}

/** What is known of a set in the controller; undefined fields are not known. */
export interface SetState {
  readonly parameters: SetParameters | undefined;
  readonly own: OwnAddress | undefined;
  /** The random address of the set itself, with extended commands. */
  readonly randomAddress: Address | undefined;
  readonly data: Uint8Array | undefined;
  readonly scanResponse: Uint8Array | undefined;
  /** Whether it follows the accept list. */
  readonly filtered: boolean;
  readonly enabled: boolean;
}

/** A set of which the controller has been told nothing yet. */
export const unknownSet: SetState = {
  parameters: undefined,
  own: undefined,
  randomAddress: undefined,
  data: undefined,
  scanResponse: undefined,
  filtered: false,
  enabled: false,
};

/** What is known of the controller. */
export interface RadioState {
  readonly randomAddress: Address | undefined;
  readonly acceptList: readonly Peer[] | undefined;
  readonly resolvingList: readonly ResolvingEntry[] | undefined;
  /** Whether private addresses are resolved by that list. */
  readonly resolution: boolean;
  /** What LE Set Scan Parameters was last given. */
  readonly scanParameters:
    | { readonly scan: ScanWant; readonly ownType: AddressType; readonly filtered: boolean }
    | undefined;
  readonly scanning: boolean;
  /** A pending connection attempt. It is over when Connection Complete says so, not when its cancel was answered. */
  readonly initiating:
    | { readonly want: InitiatingWant; readonly own: OwnAddress; readonly cancelling: boolean }
    | undefined;
  readonly sets: ReadonlyMap<number, SetState>;
}

export const initialRadioState: RadioState = {
  randomAddress: undefined,
  acceptList: undefined,
  resolvingList: undefined,
  resolution: false,
  scanParameters: undefined,
  scanning: false,
  initiating: undefined,
  sets: new Map(),
};

/** What the controller allows, as read at the start and as learned since. */
export interface RadioRules {
  readonly extended: boolean;
  readonly scanWhileInitiating: boolean;
  readonly advertiseWhileInitiating: boolean;
  readonly resolvingListSize: number;
  readonly acceptListSize: number;
  /** Sets that the controller will not enable until a link has ended. */
  readonly blockedSets: ReadonlySet<number>;
}

/** One command to the controller. */
export type RadioStep =
  | { readonly op: 'setRandomAddress'; readonly address: Address }
  | { readonly op: 'clearAcceptList' }
  | { readonly op: 'addToAcceptList'; readonly peer: Peer }
  | { readonly op: 'removeFromAcceptList'; readonly peer: Peer }
  | { readonly op: 'clearResolvingList' }
  | { readonly op: 'addToResolvingList'; readonly entry: ResolvingEntry }
  | { readonly op: 'removeFromResolvingList'; readonly entry: ResolvingEntry }
  | { readonly op: 'setAddressResolution'; readonly enable: boolean }
  | {
      readonly op: 'setScanParameters';
      readonly scan: ScanWant;
      readonly ownType: AddressType;
      /** Whether it follows the accept list. */
      readonly filtered: boolean;
    }
  | { readonly op: 'enableScan'; readonly filterDuplicates: boolean }
  | { readonly op: 'disableScan' }
  | { readonly op: 'initiate'; readonly want: InitiatingWant; readonly own: OwnAddress }
  | { readonly op: 'cancelInitiating' }
  | {
      readonly op: 'setAdvertisingParameters';
      readonly handle: number;
      readonly parameters: SetParameters;
      readonly own: OwnAddress;
      readonly filtered: boolean;
    }
  | { readonly op: 'setAdvertisingSetAddress'; readonly handle: number; readonly address: Address }
  | { readonly op: 'setAdvertisingData'; readonly handle: number; readonly data: Uint8Array }
  | { readonly op: 'setScanResponseData'; readonly handle: number; readonly data: Uint8Array }
  | { readonly op: 'enableAdvertising'; readonly handle: number; readonly kind: AdvertisingKind }
  | { readonly op: 'disableAdvertising'; readonly handle: number }
  | { readonly op: 'removeAdvertisingSet'; readonly handle: number };

const sameOwn = (a: OwnAddress | undefined, b: OwnAddress): boolean => a !== undefined && samePeer(a, b);

export const isDirected = (kind: AdvertisingKind): boolean =>
  kind === 'directedHighDuty' || kind === 'directedLowDuty';
export const isConnectable = (kind: AdvertisingKind): boolean => kind === 'connectable' || isDirected(kind);
export const isScannable = (kind: AdvertisingKind): boolean => kind === 'connectable' || kind === 'scannable';

interface Planning {
  readonly state: RadioState;
  readonly want: RadioWant;
  readonly rules: RadioRules;
  /** The random address that has to be set, for which whatever could use it must stop first (Vol 4, Part E, 7.8.4). */
  readonly newAddress: Address | undefined;
  /** The next step towards another resolving list, for which everything must stop first (Vol 4, Part E, 7.8.38 and 7.8.44). */
  readonly resolving: RadioStep | undefined;
  /** Who is to be on the accept list. */
  readonly acceptList: readonly Peer[] | undefined;
  /** The next step towards that list, for which whatever follows it must stop first (Vol 4, Part E, 7.8.15). */
  readonly listing: RadioStep | undefined;
  readonly mayScan: boolean;
}

const isFiltered = ({ acceptList }: Planning, acceptOnly: readonly Peer[] | undefined): boolean =>
  acceptOnly !== undefined && sameMembers(acceptList, acceptOnly);

const mayAdvertise = ({ want, rules }: Planning, handle: number): boolean =>
  want.sets.get(handle)?.enabled === true &&
  !rules.blockedSets.has(handle) &&
  (want.initiating === undefined || rules.advertiseWhileInitiating);

/** What a scanner asks with. One that only listens is not heard. */
const scanningAs = ({ own, scan }: RadioWant): OwnAddress =>
  scan?.active === true ? own.scanning : own.initiating;

/**
 * The random address for all that share one: connection attempts, scanning and, with legacy commands, advertising. Where they want different ones the
 * scanner goes without its own: what the others show is known to everybody in reach anyway.
 */
const sharedAddress = (want: RadioWant, { extended }: RadioRules): Address | undefined => {
  const advertising = [...want.sets].filter(([, set]) => set.enabled && !extended);
  const users = [
    ...(want.initiating === undefined ? [] : [want.own.initiating]),
    ...advertising.map(([handle]) => want.own.advertising(handle)),
    ...(want.scan === undefined ? [] : [scanningAs(want)]),
  ];
  return users.find(({ type }) => type === 'random')?.address;
};

const stopInitiating = ({ state, want, newAddress, resolving }: Planning): RadioStep | undefined => {
  const { initiating } = state;
  if (initiating === undefined || initiating.cancelling) return undefined;
  const stays = newAddress === undefined && resolving === undefined;
  return stays && initiating.want === want.initiating && sameOwn(initiating.own, want.own.initiating)
    ? undefined
    : { op: 'cancelInitiating' };
};

/** Whether the scan parameters that the controller has are those that it should have. */
const isScanSetUp = (planning: Planning): boolean => {
  const { state, want } = planning;
  const held = state.scanParameters;
  return (
    held !== undefined &&
    held.scan === want.scan &&
    held.ownType === scanningAs(want).type &&
    held.filtered === isFiltered(planning, want.scan.acceptOnly)
  );
};

const stopScanning = (planning: Planning): RadioStep | undefined => {
  const { state, newAddress, resolving, listing, mayScan } = planning;
  if (!state.scanning) return undefined;
  const listStays = listing === undefined || state.scanParameters?.filtered !== true;
  const stays = mayScan && listStays && newAddress === undefined && resolving === undefined;
  return stays && isScanSetUp(planning) ? undefined : { op: 'disableScan' };
};

const stopAdvertising = (planning: Planning): RadioStep | undefined => {
  const { state, want, rules, newAddress, resolving, listing } = planning;
  // With extended commands each set has an address of its own, which setAddress sees to.
  const stays = resolving === undefined && (newAddress === undefined || rules.extended);
  for (const [handle, set] of state.sets) {
    if (!set.enabled) continue;
    const goesOn =
      stays &&
      (listing === undefined || !set.filtered) &&
      mayAdvertise(planning, handle) &&
      sameOwn(set.own, want.own.advertising(handle)) &&
      want.sets.get(handle)?.parameters === set.parameters &&
      isFiltered(planning, set.parameters?.acceptOnly) === set.filtered;
    if (!goesOn) return { op: 'disableAdvertising', handle };
  }
  return undefined;
};

const holdsData = (held: Uint8Array | undefined, wanted: Uint8Array): boolean =>
  held !== undefined && (held === wanted || equalBytes(held, wanted));

const setUp = (planning: Planning, handle: number, wanted: SetWant): RadioStep | undefined => {
  const { state, want, rules } = planning;
  const set = state.sets.get(handle) ?? unknownSet;
  const { parameters, data, scanResponse } = wanted;
  const own = want.own.advertising(handle);
  // What is paused keeps what it has: it is set up when its turn comes.
  if (!mayAdvertise(planning, handle)) return undefined;
  const filtered = isFiltered(planning, parameters.acceptOnly);
  if (set.parameters !== parameters || !sameOwn(set.own, own) || set.filtered !== filtered) {
    return { op: 'setAdvertisingParameters', handle, parameters, own, filtered };
  }
  if (rules.extended && own.type === 'random' && set.randomAddress !== own.address) {
    return { op: 'setAdvertisingSetAddress', handle, address: own.address };
  }
  if (!isDirected(parameters.kind)) {
    if (!holdsData(set.data, data)) return { op: 'setAdvertisingData', handle, data };
    // Sent also when it is empty, so that the response of an earlier advertiser does not live on.
    const takesResponse = !rules.extended || isScannable(parameters.kind);
    if (takesResponse && !holdsData(set.scanResponse, scanResponse)) {
      return { op: 'setScanResponseData', handle, data: scanResponse };
    }
  }
  return set.enabled ? undefined : { op: 'enableAdvertising', handle, kind: parameters.kind };
};

const advertise = (planning: Planning): RadioStep | undefined => {
  const { state, want, rules } = planning;
  if (rules.extended) {
    for (const handle of state.sets.keys()) {
      if (!want.sets.has(handle)) return { op: 'removeAdvertisingSet', handle };
    }
  }
  for (const [handle, wanted] of want.sets) {
    const step = setUp(planning, handle, wanted);
    if (step !== undefined) return step;
  }
  return undefined;
};

const startInitiating = ({ state, want }: Planning): RadioStep | undefined =>
  want.initiating === undefined || state.initiating !== undefined
    ? undefined
    : { op: 'initiate', want: want.initiating, own: want.own.initiating };

const startScanning = (planning: Planning): RadioStep | undefined => {
  const { state, want, mayScan } = planning;
  const { scan } = want;
  if (scan === undefined || !mayScan || state.scanning) return undefined;
  if (isScanSetUp(planning)) return { op: 'enableScan', filterDuplicates: scan.filterDuplicates };
  const filtered = isFiltered(planning, scan.acceptOnly);
  return { op: 'setScanParameters', scan, ownType: scanningAs(want).type, filtered };
};

/**
 * The next command that brings the controller from what it does to what is wanted, or undefined when there is nothing to do but wait.
 * What shares the random address, the accept list or the resolving list is stopped before they change, and started again because it is still wanted.
 */
export const nextRadioStep = (
  state: RadioState,
  want: RadioWant,
  rules: RadioRules,
): RadioStep | undefined => {
  const address = sharedAddress(want, rules);
  const initiates = want.initiating !== undefined || state.initiating !== undefined;
  const acceptList = acceptListFor(want, rules);
  const planning: Planning = {
    state,
    want,
    rules,
    newAddress: address === state.randomAddress ? undefined : address,
    resolving: nextResolvingStep(state, want, rules),
    acceptList,
    listing: nextAcceptListStep(state.acceptList, acceptList),
    mayScan: want.scan !== undefined && (!initiates || rules.scanWhileInitiating),
  };
  const stop = stopInitiating(planning) ?? stopScanning(planning) ?? stopAdvertising(planning);
  if (stop !== undefined) return stop;
  // Address and lists are held until the controller has completed the attempt.
  if (state.initiating?.cancelling === true) return undefined;
  if (planning.newAddress !== undefined) return { op: 'setRandomAddress', address: planning.newAddress };
  return (
    planning.resolving ??
    planning.listing ??
    startInitiating(planning) ??
    advertise(planning) ??
    startScanning(planning)
  );
};

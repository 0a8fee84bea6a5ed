import { InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import {
  type AdvertisingFields,
  type BuildOptions,
  buildAdvertisingData,
  type Discoverable,
  rawPayload,
} from '../codec/advertising-data-builder.ts';
import type { AdvertisingPayloads } from '../codec/advertising-data-packing.ts';
import { advertisingInterval, toSlots } from '../intervals.ts';
import { type PeerLike, toAcceptOnly } from '../peer-like.ts';
import type { Peer } from '../radio/radio-controller.ts';
import { type AdvertisingKind, isDirected, isScannable, type SetParameters } from '../radio/radio-plan.ts';
import type { DirectedTarget } from './directed-target.ts';

/** What is sent, and how often. */
export interface BroadcastOptions extends AdvertisingFields {
  /** Rounded to 0.625 ms; 20 to 10240. Default 100. */
  readonly intervalMs?: number | undefined;
  /** Whether scanners get a scan response. Default true where it is needed for what is to be sent. */
  readonly scannable?: boolean | undefined;
  /**
   * The mode of Vol 3, Part C, 9.2: `general`, `limited` (for at most 180 s), or false for neither. Default `general` for what is connectable;
   * a broadcaster leaves its Flags out unless told.
   */
  readonly discoverable?: Discoverable | false | undefined;
  /** Sent as it is, instead of the fields; then no field may be given. */
  readonly advertisingData?: Uint8Array | undefined;
  /** As `advertisingData`. */
  readonly scanResponseData?: Uint8Array | undefined;
}

/** Whom directed advertising is for (Vol 3, Part C, 9.3.3). */
export interface DirectedOptions extends Peer {
  /** For 1.28 s without a pause, to a peer that is known to be there. Default false. */
  readonly highDutyCycle?: boolean | undefined;
}

export interface AdvertisingOptions extends BroadcastOptions {
  /** Only this peer can connect; nothing else is sent. */
  readonly directed?: DirectedOptions | undefined;
  /**
   * Who alone may connect. Where the controller can tell them from others it answers nobody else, not even scanners; else a link to anybody else is ended at once, and
   * advertising goes on. Whoever listens can tell from the answers who is on the list. Default: everybody.
   */
  readonly acceptOnly?: readonly PeerLike[] | undefined;
  /** Ends advertising. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for each connection. Default: for ever, in limited discoverable mode 180 s. */
  readonly timeoutMs?: number | undefined;
}

export interface AdvertiseOptions extends AdvertisingOptions, WaitOptions {}

/** What a set is made of. */
export interface AdvertisingSpec extends AdvertisingPayloads {
  readonly parameters: SetParameters;
  readonly limited: boolean;
}

/** Legacy advertising PDUs (Vol 6, Part B, 2.3.1). */
const LEGACY_CAPACITY = 31;
/** TGAP(lim_adv_timeout), Vol 3, Part C, Appendix A. */
export const LIMITED_TIMEOUT_MS = 180_000;

const fieldNames = [
  'name',
  'services',
  'appearance',
  'manufacturer',
  'serviceData',
  'solicitedServices',
  'txPower',
  'uri',
  'peripheralConnectionIntervalRange',
  'publicTargetAddresses',
  'randomTargetAddresses',
  'advertisingIntervalMs',
  'leSupportedFeatures',
] as const satisfies readonly (keyof AdvertisingFields)[];

const givenFields = (options: BroadcastOptions): readonly string[] =>
  fieldNames.filter((name) => options[name] !== undefined);

const payloads = (options: BroadcastOptions, build: BuildOptions): AdvertisingPayloads => {
  const { advertisingData, scanResponseData } = options;
  if (advertisingData === undefined && scanResponseData === undefined)
    return buildAdvertisingData(options, build);
  const fields = givenFields(options);
  if (fields.length > 0) {
    throw new InvalidArgumentError(
      `give either raw payloads or fields: advertisingData or scanResponseData stands beside ${fields.join(', ')}`,
    );
  }
  const none = new Uint8Array(0);
  return {
    advertisingData: rawPayload('advertisingData', advertisingData ?? none, build.advertisingCapacity),
    scanResponseData: rawPayload('scanResponseData', scanResponseData ?? none, build.scanResponseCapacity),
  };
};

/** Throws InvalidArgumentError for what cannot be sent. */
export const broadcastSpec = (options: BroadcastOptions): AdvertisingSpec => {
  const { scannable, discoverable } = options;
  const made = payloads(options, {
    discoverable,
    advertisingCapacity: LEGACY_CAPACITY,
    scanResponseCapacity: scannable === false ? 0 : LEGACY_CAPACITY,
  });
  const answers = scannable ?? made.scanResponseData.length > 0;
  return {
    ...made,
    parameters: parametersOf(answers ? 'scannable' : 'nonConnectable', options.intervalMs, undefined),
    limited: discoverable === 'limited',
  };
};

const directedSpec = (
  options: AdvertisingOptions,
  directed: DirectedOptions,
  { peer, privately }: DirectedTarget,
): AdvertisingSpec => {
  const given = [
    ...givenFields(options),
    ...(['advertisingData', 'scanResponseData', 'discoverable', 'acceptOnly'] as const).filter(
      (name) => options[name] !== undefined,
    ),
  ];
  if (given.length > 0) {
    throw new InvalidArgumentError(
      `directed advertising is for one peer and carries no data: leave out ${given.join(', ')}`,
    );
  }
  const kind = directed.highDutyCycle === true ? 'directedHighDuty' : 'directedLowDuty';
  const none = new Uint8Array(0);
  return {
    advertisingData: none,
    scanResponseData: none,
    parameters: { ...parametersOf(kind, options.intervalMs, peer), privately },
    limited: false,
  };
};

/** Who is behind an address, and how a peer is called. */
export interface PeerBook {
  identify(peer: Peer): Peer;
  /** Throws InvalidStateError for a peer that cannot be called. */
  aim(peer: Peer): DirectedTarget;
}

/** Throws InvalidArgumentError for what cannot be sent, and what the book throws. */
export const advertisingSpec = (options: AdvertisingOptions, book: PeerBook): AdvertisingSpec => {
  const { directed, discoverable = 'general' } = options;
  if (directed !== undefined) {
    return directedSpec(options, directed, book.aim({ address: directed.address, type: directed.type }));
  }
  if (options.scannable === false) {
    throw new InvalidArgumentError(
      'connectable advertising is always scannable with the PDUs of Bluetooth 4: leave out scannable',
    );
  }
  const made = payloads(options, {
    discoverable,
    advertisingCapacity: LEGACY_CAPACITY,
    scanResponseCapacity: LEGACY_CAPACITY,
  });
  return {
    ...made,
    parameters: {
      ...parametersOf('connectable', options.intervalMs, undefined),
      acceptOnly: toAcceptOnly(options.acceptOnly, (peer) => book.identify(peer)),
    },
    limited: discoverable === 'limited',
  };
};

const parametersOf = (kind: AdvertisingKind, intervalMs = 100, peer: Peer | undefined): SetParameters => ({
  kind,
  interval: toSlots(intervalMs, advertisingInterval),
  peer,
});

/** For messages: what a set does. */
export const describeSet = ({ kind, peer }: SetParameters): string => {
  if (isDirected(kind)) return `advertising to ${peer?.address}`;
  return isScannable(kind) && kind !== 'scannable' ? 'advertising' : 'broadcasting';
};

export const noFreeSet = (users: readonly string[]): InvalidStateError =>
  new InvalidStateError(
    `the controller has ${users.length === 1 ? 'one advertising set' : `${users.length} advertising sets`}, in use for ${users.join(', ')}: close that first, or abort it with its signal`,
  );

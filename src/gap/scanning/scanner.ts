import { addressKeyOf } from '../../core/address.ts';
import { type Clock, noTimer, type Timer } from '../../core/clock.ts';
import { InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import { procedure, type Settle } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type { Discoverable } from '../codec/advertising-data-builder.ts';
import { checkDurationMs } from '../intervals.ts';
import type { PeerLike } from '../peer-like.ts';
import type { Peer } from '../radio/radio-controller.ts';
import type { ScanWant } from '../radio/radio-plan.ts';
import { discoverabilityFilter } from './discoverability-filter.ts';
import { type ScanParameters, toScanWant } from './scan-parameters.ts';
import { type DeviceFor, type Heard, ScanResult } from './scan-result.ts';
import { ScanTable } from './scan-table.ts';

export interface ScanOptions extends ScanParameters {
  /** Whose advertising alone is wanted. The controller sorts the others out where it can tell them, which saves work; else the host does. Default: everybody's. */
  readonly acceptOnly?: readonly PeerLike[] | undefined;
  /**
   * Only those that can be discovered (Vol 3, Part C, 9.2.5 and 9.2.6): `limited` for devices in limited discoverable mode, `general` for those in either mode.
   * Default: everybody, also who broadcasts or waits for one peer.
   */
  readonly discoverable?: Discoverable | undefined;
  /** How long to scan, counted from the first request for a result; then the iteration ends. Default: until it is closed. */
  readonly durationMs?: number | undefined;
  /** Ends the iteration: it then throws `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Advertisers that are remembered; beyond them the oldest is forgotten, and reported as new when it is heard again. Default 4096. */
  readonly maxDevices?: number | undefined;
}

/** A scanner that runs, as those see it who feed it. */
export interface RunningScan {
  /** In HCI units. */
  readonly parameters: ScanWant;
  /** Whom it wants, by the numbers of addressKeyAt(); undefined for everybody. */
  readonly accepts: ReadonlySet<number> | undefined;
  readonly table: ScanTable;
  /** Wakes the reader if there is something to read. Called after each event with reports. */
  deliver(): void;
  /** Ends the iteration with an error. */
  fail(reason: unknown): void;
}

/** What a scanner asks of those who run it. */
export interface ScannerOwner {
  started(scan: RunningScan): void;
  /** Resolves when the radio no longer scans for it. */
  ended(scan: RunningScan): Promise<void>;
  advertiserDropped(): void;
}

export interface ScannerParts<Device> {
  readonly owner: ScannerOwner;
  readonly clock: Clock;
  /** When it ends, the scanner ends with its error. */
  readonly life: WaitScope;
  readonly deviceFor: DeviceFor<Device>;
}

type Result<Device> = IteratorResult<ScanResult<Device>, undefined>;

const DEFAULT_MAX_DEVICES = 4096;

const checkMaxDevices = (maxDevices = DEFAULT_MAX_DEVICES): number => {
  if (!Number.isInteger(maxDevices) || maxDevices < 1) {
    throw new InvalidArgumentError(`maxDevices is a whole number above 0; it is ${maxDevices}`);
  }
  return maxDevices;
};

const DONE = { done: true, value: undefined } as const;

/**
 * Results of scanning: a snapshot of an advertiser each time something about it has changed. Scanning begins with the first `next()`. While nobody
 * reads, the changes of an advertiser become one, the newest. One reader at a time.
 */
export class Scanner<Device>
  implements AsyncIterableIterator<ScanResult<Device>, undefined>, AsyncDisposable
{
  readonly #run: RunningScan;
  readonly #table: ScanTable;
  readonly #parts: ScannerParts<Device>;
  readonly #durationMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => {
    this.#table.clear();
    this.#fail(this.#signal?.reason);
  };
  #state: 'new' | 'running' | 'ended' = 'new';
  #error: { readonly reason: unknown } | undefined;
  #waiter: Settle<Result<Device>> | undefined;
  #timer: Timer = noTimer;
  #leaveScope: (() => void) | undefined;
  #stopping: Promise<void> = Promise.resolve();

  /** `acceptOnly` is that of the options, by identity. */
  constructor(parts: ScannerParts<Device>, options: ScanOptions, acceptOnly?: readonly Peer[] | undefined) {
    this.#parts = parts;
    this.#durationMs = checkDurationMs(options.durationMs);
    this.#signal = options.signal;
    this.#table = new ScanTable(
      checkMaxDevices(options.maxDevices),
      () => parts.owner.advertiserDropped(),
      discoverabilityFilter(options.discoverable),
    );
    this.#run = {
      parameters: { ...toScanWant(options), acceptOnly },
      accepts: acceptOnly && new Set(acceptOnly.map(({ address, type }) => addressKeyOf(address, type))),
      table: this.#table,
      deliver: () => this.#deliver(),
      fail: (reason) => this.#fail(reason),
    };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The next change. Rejects with HciError when the controller refuses to scan, with TransportError when the adapter is closed or its controller lost for good; where it is
   * to be recovered, scanning goes on when it is back.
   */
  next(): Promise<Result<Device>> {
    if (this.#waiter !== undefined) {
      return Promise.reject(new InvalidStateError('the scanner is being read already: one reader at a time'));
    }
    if (this.#state === 'running') {
      const heard = this.#table.take();
      if (heard !== undefined) return Promise.resolve({ done: false, value: this.#snapshot(heard) });
    }
    if (this.#state === 'ended') return this.#end();
    return procedure<Result<Device>>(
      {
        what: 'waiting for a scan result',
        clock: this.#parts.clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
      },
      (settle) => {
        this.#waiter = settle;
        if (this.#state === 'new') this.#start();
        return undefined;
      },
    );
  }

  /** Called by a loop that is left early. */
  async return(): Promise<Result<Device>> {
    await this.close();
    return DONE;
  }

  /** Stops scanning and ends the iteration; who waits in `next()` gets the end. Idempotent; never rejects. */
  close(): Promise<void> {
    this.#finish(undefined);
    this.#table.clear();
    this.#error = undefined;
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #deliver(): void {
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    const heard = this.#table.take();
    if (heard === undefined) return;
    this.#waiter = undefined;
    waiter.resolve({ done: false, value: this.#snapshot(heard) });
  }

  #fail(reason: unknown): void {
    this.#finish({ reason });
  }

  #start(): void {
    this.#state = 'running';
    if (this.#signal?.aborted) {
      this.#fail(this.#signal.reason);
      return;
    }
    this.#leaveScope = this.#parts.life.add((error) => this.#fail(error));
    if (this.#state !== 'running') return;
    this.#signal?.addEventListener('abort', this.#onAbort);
    this.#timer = this.#parts.clock.after(this.#durationMs, () => this.#finish(undefined));
    this.#parts.owner.started(this.#run);
  }

  #finish(error: { readonly reason: unknown } | undefined): void {
    const was = this.#state;
    if (was === 'ended') return;
    this.#state = 'ended';
    this.#error = error;
    this.#timer.cancel();
    this.#leaveScope?.();
    this.#signal?.removeEventListener('abort', this.#onAbort);
    if (was === 'running') this.#stopping = this.#parts.owner.ended(this.#run);
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) return;
    this.#end().then(
      (done) => waiter.resolve(done),
      (reason: unknown) => waiter.reject(reason),
    );
  }

  /** What was heard before the end is still handed out; an error is thrown once, then there is nothing more. */
  #end(): Promise<Result<Device>> {
    const heard = this.#table.take();
    if (heard !== undefined) return Promise.resolve({ done: false, value: this.#snapshot(heard) });
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve(DONE) : Promise.reject(error.reason);
  }

  #snapshot(heard: Heard): ScanResult<Device> {
    return new ScanResult(heard, this.#parts.deviceFor);
  }
}

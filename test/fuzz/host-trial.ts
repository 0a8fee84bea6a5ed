import { setImmediate } from 'node:timers/promises';
import {
  type Adapter,
  AttError,
  BleError,
  Characteristic,
  type Connection,
  type GattCache,
  type LogRecord,
  ManualClock,
  MemoryGattCache,
  MemoryIdentityStore,
  open,
  type RemoteCharacteristic,
  Service,
} from 'jelling';
import { type Air, createAir, type VirtualController } from 'jelling/virtual';
import { SeededRandom } from '../../src/virtual/random.ts';

/** Chance from a seed, in the forms that scripts of faults want it. */
export class Dice {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed, 99);
  }

  /** A whole number from `least` to `most`. */
  number(least: number, most: number): number {
    return least + Math.floor(this.#random.fraction() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.#random.fraction() < share;
  }

  bytes(most: number, least = 0): Uint8Array {
    return this.#random.bytes(this.number(least, most));
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.number(0, items.length - 1)];
  }

  /** One of a list that is known not to be empty. */
  of<T>(first: T, ...more: T[]): T {
    return this.pick([first, ...more]) ?? first;
  }
}

/** A promise of the host under trial: when it must have settled, and what it may reject with besides a BleError. */
interface Tracked {
  readonly what: string;
  readonly dueMs: number;
  settled: boolean;
}

/** What a call is given, and within what it must end. */
export interface Budget {
  readonly options: { readonly timeoutMs?: number | undefined; readonly signal?: AbortSignal | undefined };
  readonly dueInMs: number;
}

export interface TrialHost {
  readonly index: number;
  readonly controller: VirtualController;
  readonly store: MemoryIdentityStore;
  ble: Adapter | undefined;
  value: Characteristic<true> | undefined;
  readonly remotes: RemoteCharacteristic[];
}

export interface TrialOptions {
  readonly seed: number;
  readonly model: 'ideal' | 'timed';
  readonly hosts: number;
  readonly loss?: number | undefined;
}

const VALUE_LENGTH = 300;
/** Longest that a cancelled connection attempt, a stopped set and a failing controller may take together. */
export const withdrawnWithin = 8_000;
const CLOSE_MS = 6_000;
/** What defaults stretch by on a link of long intervals and much latency; a deadline of the caller never does. */
const SLOW_LINK_MS = 64_000;

const initialValue = (index: number): Uint8Array =>
  Uint8Array.from({ length: VALUE_LENGTH }, (_, i) => (i + index) & 0xff);

/** Hosts on one air and one clock, and the book of every promise that they gave. */
export class Trial {
  readonly clock = new ManualClock();
  readonly dice: Dice;
  readonly air: Air;
  readonly hosts: TrialHost[] = [];
  readonly problems: string[] = [];
  calls = 0;
  /** Whether a controller has stood still. */
  stalled = false;
  readonly #seed: number;
  readonly #open = new Set<Tracked>();
  #memory = new MemoryGattCache();
  readonly #cache: GattCache = {
    load: (peer) => this.#memory.load(peer),
    save: (peer, attributes) => this.#memory.save(peer, attributes),
    remove: (peer) => this.#memory.remove(peer),
  };
  readonly #unhandled = (error: unknown): void => this.#problem(`unhandled rejection: ${describe(error)}`);
  readonly #uncaught = (error: unknown): void => this.#problem(`uncaught exception: ${describe(error)}`);

  constructor(options: TrialOptions) {
    const { seed, model } = options;
    this.#seed = seed;
    this.dice = new Dice(seed);
    this.air = createAir({ clock: this.clock, seed, model, loss: options.loss ?? 0 });
    process.on('unhandledRejection', this.#unhandled);
    process.on('uncaughtException', this.#uncaught);
    for (let index = 0; index < options.hosts; index++) {
      const profile = this.dice.of('5.x', '4.2', '4.0', 'zephyr');
      const controller = this.air.createController({
        profile,
        aclCount: this.dice.number(1, 8),
        aclLength: this.dice.of(27, 64, 251),
      });
      const store = new MemoryIdentityStore();
      this.hosts.push({ index, controller, store, ble: undefined, value: undefined, remotes: [] });
    }
  }

  get pending(): readonly string[] {
    return [...this.#open].map(({ what }) => what);
  }

  /** Writes a call into the book. */
  track<T>(what: string, dueInMs: number, promise: Promise<T>, reason?: AbortSignal): Promise<T | undefined> {
    this.calls++;
    const began = this.clock.now();
    const tracked: Tracked = { what: `${what} of ${began} ms`, dueMs: began + dueInMs, settled: false };
    this.#open.add(tracked);
    const settle = (): void => {
      this.#open.delete(tracked);
      if (this.clock.now() > tracked.dueMs) {
        this.#problem(
          `${tracked.what} took until ${this.clock.now()} ms, which is past its ${tracked.dueMs} ms`,
        );
      }
    };
    return promise.then(
      (value) => {
        settle();
        return value;
      },
      (error: unknown) => {
        settle();
        const aborted = reason?.aborted === true && error === reason.reason;
        if (!(error instanceof BleError) && !aborted) {
          this.#problem(`${tracked.what} rejected with ${describe(error)}`);
        }
        return undefined;
      },
    );
  }

  /** A deadline or none, an abort at some time or none; `usualMs` is what the default of the call allows. */
  budget(usualMs: number): Budget {
    const timeoutMs = this.dice.chance(0.6) ? this.dice.number(1, 4_000) : undefined;
    let signal: AbortSignal | undefined;
    if (this.dice.chance(0.15)) {
      const stop = new AbortController();
      signal = stop.signal;
      this.clock.after(this.dice.number(0, 1_000), () =>
        stop.abort(this.dice.of<unknown>('enough', undefined, 7)),
      );
    }
    return { options: { timeoutMs, signal }, dueInMs: timeoutMs ?? usualMs + SLOW_LINK_MS };
  }

  async opened(host: TrialHost, options: Budget['options'] = {}): Promise<void> {
    if (host.ble !== undefined) return;
    const opening = open(host.controller.connect(), {
      clock: this.clock,
      identityStore: host.store,
      log: this.#log,
      security: {},
      gattCache: this.#cache,
      ...options,
    });
    host.ble = await this.track(
      `open ${host.index}`,
      (options.timeoutMs ?? 10_000) + CLOSE_MS,
      opening,
      options.signal,
    );
    if (host.ble === undefined) return;
    const service = new Service(0x181a);
    const value = new Characteristic(service, 0x2a6e, {
      read: true,
      write: true,
      writeNoResponse: true,
      notify: true,
      indicate: true,
      capture: true,
      initial: initialValue(host.index),
    });
    const odd = new Characteristic(service, 0x2a6f, {
      read: true,
      write: true,
      onRead: () => this.#oddly(() => Uint8Array.of(1)),
      onWrite: () => this.#oddly(() => undefined),
    });
    void odd;
    host.ble.registerServices(service);
    host.value = value;
  }

  async closed(host: TrialHost): Promise<void> {
    const { ble } = host;
    host.ble = undefined;
    host.remotes.length = 0;
    if (ble === undefined) return;
    const { eventHandlerErrors = 0, connectionHandlerErrors = 0 } = ble.counters;
    if (eventHandlerErrors + connectionHandlerErrors > 0) this.#problem('a handler threw inside the stack');
    await this.track(`close ${host.index}`, CLOSE_MS, ble.close());
  }

  /** Runs simulated time until the work has settled, and not for ever. */
  async run<T>(work: Promise<T>, limitMs = 600_000): Promise<T> {
    return this.clock.run(work, limitMs);
  }

  /** Whatever is due by now must have settled. */
  checkDue(): void {
    for (const tracked of this.#open) {
      if (tracked.dueMs >= this.clock.now()) continue;
      this.#open.delete(tracked);
      this.#problem(`${tracked.what} is still pending`);
    }
  }

  /** Closes all, and looks at what is left. */
  async finish(): Promise<void> {
    await this.run(Promise.all(this.hosts.map((host) => this.closed(host))));
    await this.clock.advance(0);
    for (const { what } of this.#open) this.#problem(`${what} is still pending after the close`);
    this.#open.clear();
    for (const { index, controller } of this.hosts) {
      if (controller.handles.length > 0)
        this.#problem(`controller ${index} has links left: ${controller.handles}`);
      if (controller.usedBuffers > 0) this.#problem(`controller ${index} holds packets`);
    }
  }

  /** One host finds, connects to and reads another with nothing in the way. */
  async clean(central: TrialHost, peripheral: TrialHost): Promise<void> {
    const { ble: a } = central;
    const { ble: b } = peripheral;
    if (a === undefined || b === undefined) {
      this.#problem('a host did not open again');
      return;
    }
    // What a peer's own garbage has said under its hash would be believed for ever.
    this.#memory = new MemoryGattCache();
    const work = async (): Promise<void> => {
      // A link that was cut at the end of a pairing may have left one side alone with a bond, which no link of theirs gets over by itself.
      await a.device(b.address, b.addressType).removeBond();
      await b.device(a.address, a.addressType).removeBond();
      const incoming = b.advertise({ name: 'clean', services: [0x181a], intervalMs: 20, timeoutMs: 20_000 });
      const held = incoming.catch((error: unknown) => error);
      await using scanner = a.scan({ active: true, durationMs: 10_000 });
      for await (const { device, name } of scanner) {
        if (device.address !== b.address || name !== 'clean') continue;
        await scanner.close();
        await using connection = await device.connect();
        const remote = await (await connection.service(0x181a)).characteristic(0x2a6e);
        const read = await remote.read();
        const is = peripheral.value?.read();
        if (String(read) !== String(is)) this.#problem(`read ${read} where the value is ${is}`);
        await connection.disconnect();
        const other = await held;
        if (other instanceof Error) throw other;
        return;
      }
      await held;
      this.#problem(`${central.index} did not hear ${peripheral.index}`);
    };
    try {
      await this.run(work());
    } catch (error) {
      this.#problem(`the clean run of ${central.index} with ${peripheral.index} failed: ${describe(error)}`);
    }
  }

  /** Gives the event loop a turn, so that rejections that nobody handles are known, and throws what went wrong. */
  async verdict(): Promise<void> {
    await setImmediate();
    await this.clock.advance(0);
    process.off('unhandledRejection', this.#unhandled);
    process.off('uncaughtException', this.#uncaught);
    if (this.clock.pending > 0) this.#problem(`${this.clock.pending} timers are left`);
    if (this.problems.length > 0)
      throw new Error(`seed ${this.#seed}:\n  ${this.problems.slice(0, 12).join('\n  ')}`);
  }

  connectionsOf(host: TrialHost): readonly Connection[] {
    return host.ble?.connections ?? [];
  }

  problem(text: string): void {
    this.#problem(text);
  }

  #problem(text: string): void {
    this.problems.push(text);
  }

  readonly #log = (record: LogRecord): void => {
    if (/TypeError|ReferenceError|RangeError/.test(record.message))
      this.#problem(`logged: ${record.message}`);
  };

  /** What code of users does: answers, refuses, throws, dawdles. */
  #oddly<T>(answer: () => T): T | Promise<T> {
    const way = this.dice.number(0, 4);
    if (way === 0) throw new AttError('not today', 0x80);
    if (way === 1) throw new Error('a fault of the user');
    if (way === 2) return Promise.reject(new Error('a late fault of the user'));
    if (way === 3) return Promise.resolve(answer());
    return answer();
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? String(error)) : `${String(error)}`;

/** Trials of so many seeds, one after the other. */
export const hunt = async (
  trial: (seed: number) => Promise<Trial>,
  firstSeed: number,
  trials: number,
): Promise<{ readonly calls: number; readonly failures: readonly string[] }> => {
  // The first open() of a process loads the layers, in turns of the event loop that no manual clock waits for.
  await (await open(createAir().createController().connect())).close();
  let calls = 0;
  const failures: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + trials; seed++) {
    try {
      calls += (await trial(seed)).calls;
    } catch (error) {
      failures.push(describe(error));
    }
  }
  return { calls, failures };
};

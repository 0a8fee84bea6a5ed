import { setImmediate } from 'node:timers/promises';
import {
  type Adapter,
  type BondStore,
  type Connection,
  type ConnectionParameterRequest,
  type ConnectOptions,
  type GattCache,
  type GenericAccessWrites,
  type IdentityAddress,
  ManualClock,
  MemoryIdentityStore,
  open,
  type Service,
} from 'jelling';
import {
  type Air,
  type ControllerOptions,
  createAir,
  type SenderOnAir,
  type VirtualController,
} from 'jelling/virtual';
import { expect } from 'vitest';
import { mtuRequest, mtuResponse } from './att.ts';
import type { TesterChannel } from './channel.ts';
import { LowerTester, type OnAir } from './lower-tester.ts';

export interface BenchOptions {
  /** What the implementation under test serves. */
  readonly services?: readonly Service[];
  /** What its controller can do. */
  readonly controller?: ControllerOptions;
  /** What the tester's can do. */
  readonly testerController?: ControllerOptions;
  /** Where it keeps what it discovers; nowhere by default, so that it asks for nothing but what a case is about. */
  readonly gattCache?: GattCache | false;
  /** Where it keeps its bonds; in memory by default. */
  readonly bonds?: BondStore | undefined;
  /** Whether it has Enhanced ATT bearers, which it opens by itself as central on a link that is encrypted. Not unless given. */
  readonly enhancedBearers?: boolean;
  /** Whether it has L2CAP channels; so it is unless given. */
  readonly l2capChannels?: boolean;
  /** Whether it hides behind private addresses. Not unless given. */
  readonly privacy?: boolean;
  /** What it says and lets be written in its Generic Access service, beside what is always there. */
  readonly preferredConnectionParameters?: ConnectionParameterRequest;
  readonly writable?: GenericAccessWrites;
}

/**
 * An implementation under test and the lower tester on one air, with a link between them and a clock that stands still. The upper tester is
 * the case itself: it calls the public API of `iut` and `connection`.
 */
export class Bench implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly tester: LowerTester;
  readonly iut: Adapter;
  /** Set by a case after which the link need not be there. */
  linkMayEnd = false;
  readonly #controller: VirtualController;
  readonly #air: Air;
  readonly #isHidden: boolean;
  readonly #others: LowerTester[] = [];
  #sent: SenderOnAir[] = [];
  #connection: Connection | undefined;

  private constructor(
    clock: ManualClock,
    air: Air,
    tester: LowerTester,
    iut: Adapter,
    controller: VirtualController,
    isHidden: boolean,
  ) {
    this.clock = clock;
    this.#air = air;
    this.#isHidden = isHidden;
    this.tester = tester;
    this.iut = iut;
    this.#controller = controller;
    air.monitor = (sent) => {
      if (sent.station === controller.name) this.#sent.push(sent);
    };
  }

  /** With the implementation under test as peripheral, which the tester has connected to. */
  static async peripheral(options: BenchOptions = {}): Promise<Bench> {
    const bench = await Bench.#open(options);
    await bench.connectFromTester();
    return bench;
  }

  /** With the implementation under test as central, which has connected to the tester and exchanged nothing. */
  static async central(options: BenchOptions = {}): Promise<Bench> {
    const bench = await Bench.#open(options);
    await bench.connectToTester();
    return bench;
  }

  /** With no link, for cases about advertising. */
  static async apart(options: BenchOptions = {}): Promise<Bench> {
    const bench = await Bench.#open(options);
    bench.linkMayEnd = true;
    return bench;
  }

  static async #open(options: BenchOptions): Promise<Bench> {
    const { services = [], controller, testerController } = options;
    const { gattCache = false, enhancedBearers = false, l2capChannels, privacy, bonds } = options;
    const clock = new ManualClock();
    const air = createAir({ clock, seed: 7 });
    const own = air.createController({ name: 'under test', ...controller });
    const tester = await LowerTester.open(
      air.createController({ name: 'tester', aclCount: 255, ...testerController }),
      clock,
    );
    const identityStore = new MemoryIdentityStore();
    const { preferredConnectionParameters, writable } = options;
    const genericAccess = { preferredConnectionParameters, writable };
    const wanted = { gattCache, enhancedBearers, l2capChannels, privacy, bonds, ...genericAccess };
    const opening = open(own.connect(), { clock, identityStore, ...wanted });
    const bench = new Bench(clock, air, tester, await loaded(clock, opening), own, privacy === true);
    bench.iut.registerServices(...services);
    return bench;
  }

  /** LE features of the controller of the implementation under test, as the Link Layer has them. */
  get features(): Uint8Array {
    return this.#controller.profile.leFeatures;
  }

  get att(): TesterChannel {
    return this.tester.att;
  }

  get signalling(): TesterChannel {
    return this.tester.signalling;
  }

  get connection(): Connection {
    if (this.#connection === undefined) throw new Error('the implementation under test has no link');
    return this.#connection;
  }

  /** What the implementation under test has sent since the last call, of one kind, by the addresses that it shows there. */
  sent(kind: SenderOnAir['kind']): readonly SenderOnAir[] {
    const sent = this.#sent.filter((one) => one.kind === kind);
    this.#sent = [];
    return sent;
  }

  /** The tester as the upper tester calls it. */
  get testerPeer(): IdentityAddress {
    const { address, addressType: type } = this.iut.device(this.tester.address);
    return { address, type };
  }

  /** The tester connects to whom it hears. */
  async connectFromTester(): Promise<void> {
    const incoming = this.iut.advertise({ intervalMs: 20 });
    await this.clock.advance(0);
    const { address, type } = await this.#shown();
    await this.tester.connect(address, type);
    this.#connection = await this.run(incoming);
  }

  /** Under which address the implementation under test advertises. */
  async #shown(): Promise<OnAir> {
    if (!this.#isHidden) return { address: this.iut.address, type: this.iut.addressType };
    await this.clock.advance(50);
    const last = this.sent('advertising').at(-1);
    if (last === undefined) throw new Error('the implementation under test does not advertise');
    return last.from;
  }

  /** Another tester, beside the first. */
  async addTester(): Promise<LowerTester> {
    const name = `tester ${this.#others.length + 2}`;
    const tester = await LowerTester.open(this.#air.createController({ name, aclCount: 255 }), this.clock);
    this.#others.push(tester);
    return tester;
  }

  /** Another tester connects to the implementation under test. */
  async connectAnother(): Promise<{ readonly tester: LowerTester; readonly connection: Connection }> {
    const tester = await this.addTester();
    const incoming = this.iut.advertise({ intervalMs: 20 });
    await this.clock.advance(0);
    await tester.connect(this.iut.address);
    return { tester, connection: await this.run(incoming) };
  }

  /** The tester ends the link. */
  async part(): Promise<void> {
    this.tester.disconnect();
    await this.run(this.connection.disconnected());
    await this.clock.advance(0);
  }

  /** The tester ends the link and makes another. */
  async reconnectFromTester(): Promise<void> {
    await this.part();
    await this.connectFromTester();
  }

  /** The tester ends the link, and the implementation under test connects to it again. */
  async reconnectToTester(): Promise<void> {
    await this.part();
    await this.connectToTester();
  }

  /** The implementation under test connects to the tester: by its identity, unless another of its addresses is given. */
  async connectToTester(
    { address, type }: OnAir = { address: this.tester.address, type: 'public' },
    options: ConnectOptions = {},
  ): Promise<void> {
    this.tester.advertise();
    const connecting = this.iut.device(address, type).connect({ exchangeMtu: false, ...options });
    this.#connection = await this.run(connecting);
  }

  /** Lets time pass until what the upper tester has asked for is there. */
  readonly run = <T>(promise: Promise<T>): Promise<T> => this.clock.run(promise);

  /** Waits for a call that must fail, and gives its error. */
  async failure(promise: Promise<unknown>): Promise<unknown> {
    return this.run(
      promise.then(
        (value) => {
          throw new Error(`the call should have failed, and gave ${String(value)}`);
        },
        (error: unknown) => error,
      ),
    );
  }

  /** The preamble that exchanges ATT_MTU, asked for by whoever is the client. */
  async exchangeMtu(by: 'tester' | 'iut', mtu: number): Promise<void> {
    if (by === 'tester') {
      await this.att.exchange(mtuRequest(mtu), '03 ....');
      return;
    }
    const exchange = this.connection.exchangeMtu();
    await this.att.expect('02 ....');
    this.att.send(mtuResponse(mtu));
    expect(await this.run(exchange)).toBe(mtu);
  }

  /** What every case ends with: nothing unasked has come, the link is as it should be, and the controller was used by its rules. */
  async verdict(): Promise<void> {
    for (const tester of [this.tester, ...this.#others]) await tester.quiet();
    if (!this.linkMayEnd) expect(this.tester.isConnected, 'the link is up').toBe(true);
    expect(this.#controller.violations).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.run(this.iut.close());
    for (const tester of [this.tester, ...this.#others]) await tester.close();
    await this.clock.advance(0);
  }
}

/** Opening loads the layers from files, and so takes turns of the event loop beside those of the clock. */
const loaded = async (clock: ManualClock, opening: Promise<Adapter>): Promise<Adapter> => {
  let pending = true;
  const done = (): void => {
    pending = false;
  };
  opening.then(done, done);
  while (pending) {
    await clock.advance(0);
    await setImmediate();
  }
  return opening;
};

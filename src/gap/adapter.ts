import { checkRxMtu } from '../att/mtu-exchange.ts';
import { type Address, type AddressType, parseAddress } from '../core/address.ts';
import type { Clock } from '../core/clock.ts';
import { InvalidArgumentError, InvalidStateError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { HciTransport } from '../core/transport.ts';
import { type GattCache, MemoryGattCache } from '../gatt/gatt-cache.ts';
import { GattServer } from '../gatt/gatt-server.ts';
import { HciController, type HciControllerOptions } from '../hci/hci-controller.ts';
import type { BondStore } from '../smp/bond-store.ts';
import { OobData } from '../smp/oob-data.ts';
import { choicesOf, type SecurityPolicy } from '../smp/pairing-options.ts';
import { RepeatedAttempts } from '../smp/repeated-attempts.ts';
import { type AdapterInfo, describeController } from './adapter-info.ts';
import type { Advertising } from './advertising.ts';
import { AdvertisingManager, type BroadcastCallOptions } from './advertising-manager.ts';
import type { AdvertiseOptions, AdvertisingOptions } from './advertising-options.ts';
import { type BondInfo, describeBond } from './bond-info.ts';
import { prepareConnection } from './connect-preparation.ts';
import type { Connection } from './connection.ts';
import { type CounterValues, layered, sumOf } from './counter-sums.ts';
import { type ConnectOptions, Device, type DeviceOwner } from './device.ts';
import type { IdentityStore } from './identity.ts';
import { keepWithBonds, recallClients } from './kept-clients.ts';
import { KnownSelf } from './known-self.ts';
import { type L2capListener, L2capListeners, type L2capListenOptions } from './l2cap-listener.ts';
import { assembleLink } from './link-assembly.ts';
import { LinkEvents } from './link-events.ts';
import type { Service } from './local-attributes.ts';
import { PeerAccess } from './peer-access.ts';
import type { PeerIdentities } from './peer-identities.ts';
import type { Privacy } from './privacy.ts';
import type { Radio } from './radio.ts';
import { type NewLink, type Peer, samePeer } from './radio-controller.ts';
import { HciRadio } from './radio-hci.ts';
import { ScanManager } from './scan.ts';
import type { Scanner, ScanOptions } from './scanner.ts';

export interface AdapterOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  readonly identityStore: IdentityStore;
  /** Which of several identities; undefined for that of the controller's own address. */
  readonly identity?: string | undefined;
  /** Undefined where no bonds are kept. */
  readonly bondStore?: BondStore | undefined;
  /** See `Adapter.security`. */
  readonly security?: SecurityPolicy | undefined;
  /** Undefined for an adapter that shows who it is. */
  readonly privacy?: Privacy | undefined;
  /** Where firmware is looked for, for chips that come without. */
  readonly firmware?: HciControllerOptions['firmware'];
  readonly deviceName?: string | undefined;
  readonly l2capChannels?: boolean | undefined;
  readonly enhancedBearers?: boolean | undefined;
  readonly appearance?: number | undefined;
  readonly mtu?: number | undefined;
  /** In memory unless given; false for none. */
  readonly gattCache?: GattCache | false | undefined;
}

/** A controller that is open, and everything that it does. Several live in one process, and nothing is shared between them. */
export class Adapter implements AsyncDisposable, DeviceOwner {
  readonly #hci: HciController;
  readonly #transport: HciTransport;
  readonly #options: AdapterOptions;
  readonly #self: KnownSelf;
  readonly #attempts: RepeatedAttempts;
  #security: SecurityPolicy | undefined;
  readonly #scans: ScanManager<Device>;
  readonly #advertising: AdvertisingManager<Connection>;
  readonly #access: PeerAccess;
  readonly #server: GattServer;
  readonly #listeners: L2capListeners;
  readonly #gattCache: GattCache | undefined;
  readonly #events: LinkEvents;
  readonly #connections = new Set<Connection>();
  readonly #identities: PeerIdentities;
  readonly #radio: Radio;
  /** Of the links that have ended, added up. */
  #endedCounters: CounterValues = {};
  #signal: AbortSignal | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    hci: HciController,
    transport: HciTransport,
    radioOfHci: HciRadio,
    self: KnownSelf,
    options: AdapterOptions,
  ) {
    this.#hci = hci;
    this.#transport = transport;
    this.#self = self;
    this.#options = options;
    const { clock, log } = options;
    this.#attempts = new RepeatedAttempts(clock);
    this.security = options.security;
    const { radio, identities } = self.useRadio(radioOfHci);
    this.#radio = radio;
    this.#identities = identities;
    this.#scans = new ScanManager(radio, (address, type) => new Device(this, { address, type }), identities);
    this.#advertising = new AdvertisingManager(radio, (newLink) => this.#accept(newLink), {
      identify: (peer) => this.identify(peer),
      aim: (peer) => this.#access.aim(peer),
    });
    this.#access = new PeerAccess({ radio, scans: this.#scans, identities, bonds: self.bonds });
    this.#server = new GattServer({
      clock,
      log,
      scope: hci.scope,
      deviceName: options.deviceName,
      appearance: options.appearance,
      resolvesAddresses: options.privacy !== undefined && radio.abilities.resolvingListSize > 0,
      enhancedBearers: this.#hasEnhancedBearers,
      clientKeeper: keepWithBonds(self.bonds, log),
    });
    recallClients(this.#server, self.bonds, log);
    const { gattCache = new MemoryGattCache() } = options;
    this.#gattCache = gattCache === false ? undefined : gattCache;
    this.#listeners = new L2capListeners(clock, log, hci.scope, this.#hasChannels);
    this.#events = new LinkEvents(hci, log);
  }

  /** @internal For open(). */
  static async start(transport: HciTransport, options: AdapterOptions): Promise<Adapter> {
    const { clock, log, signal, mtu, firmware } = options;
    if (mtu !== undefined) checkRxMtu(mtu);
    // The deadline is open()'s, which aborts the signal.
    const timeoutMs = Number.POSITIVE_INFINITY;
    const hci = await HciController.start(transport, { clock, log, signal, timeoutMs, firmware });
    try {
      const { identityStore: store, identity: name, bondStore, privacy } = options;
      const adapter = transport.name;
      const self = await KnownSelf.find(hci, {
        store,
        adapter,
        name,
        bondStore,
        privacy,
        log,
        clock,
        signal,
      });
      const radio = await HciRadio.open(hci, clock, log);
      if (privacy !== undefined) await radio.keepPrivateFor(privacy.rotateMs);
      const opened = new Adapter(hci, transport, radio, self, options);
      await opened.#radio.resolvingSettled();
      hci.scope.check();
      return opened;
    } catch (error) {
      await hci.close();
      throw error;
    }
  }

  /** The identity address: what this adapter advertises and connects with, unless it hides. */
  get address(): Address {
    return this.#self.identity.address.address;
  }

  get addressType(): AddressType {
    return this.#self.identity.address.type;
  }

  /** What clients read as Device Name (Vol 3, Part C, 12.1). Setting it throws InvalidArgumentError for more than 248 octets of UTF-8. */
  get name(): string {
    return this.#server.deviceName;
  }

  set name(name: string) {
    this.#server.deviceName = name;
  }

  /** What clients read as Appearance (Vol 3, Part C, 12.2). */
  get appearance(): number {
    return this.#server.appearance;
  }

  set appearance(appearance: number) {
    this.#server.appearance = appearance;
  }

  /** What the controller is. */
  get info(): AdapterInfo {
    return describeController(this.#hci.info, this.#transport.name);
  }

  /** Peers that no pairing is needed with, without their keys. */
  get bonds(): readonly BondInfo[] {
    return this.#self.bonds.all.map(describeBond);
  }

  /**
   * What becomes of pairings that peers begin, and of security that they ask for, on all links. Undefined, as it is by default: nobody may pair but whom
   * `connection.pair()` is called for. It holds from the next command of a peer on.
   *
   * @throws InvalidArgumentError for a policy that does not fit together.
   */
  get security(): SecurityPolicy | undefined {
    return this.#security;
  }

  set security(policy: SecurityPolicy | undefined) {
    if (policy !== undefined) choicesOf(policy, { bonds: this.#self.bonds.kept, identity: true });
    this.#security = policy;
  }

  /** Out-of-band data for one pairing with Secure Connections, to be carried to the peer: see `oob` of the options of `connection.pair()`. */
  createOobData(): OobData {
    return new OobData();
  }

  /** The links that are up, of both roles. */
  get connections(): readonly Connection[] {
    return [...this.#connections];
  }

  /** Aborts with TransportError when the adapter is closed or the controller lost. */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      this.#hci.scope.add((error) => controller.abort(error));
    }
    return this.#signal;
  }

  /**
   * What was dropped, clamped or refused since the adapter was opened, by name. Those of the links (`attMalformedPdus`) are added up over all,
   * also those that have ended, and are there from the first link on.
   */
  get counters(): Readonly<Record<string, number>> {
    return {
      ...this.#transport.counters,
      ...this.#hci.counters,
      ...this.#radio.counters.all(),
      ...this.#scans.counters.all(),
      ...this.#self.bonds.counters.all(),
      ...this.#identities.counters.all(),
      ...this.#events.counters.all(),
      ...sumOf(
        layered({ gatt: this.#server.counters }),
        this.#endedCounters,
        ...this.connections.map(({ counters }) => counters),
      ),
    };
  }

  /**
   * Looks for devices. Scanning begins when the first result is asked for and ends with the iteration, with `durationMs`, or with close().
   *
   * @throws InvalidArgumentError for options out of range.
   */
  scan(options: ScanOptions = {}): Scanner<Device> {
    return this.#scans.scan(options);
  }

  /**
   * A peer by its address, in reach or not. `type` is `public` unless given; scan results know it.
   *
   * @throws InvalidArgumentError for what is no address.
   */
  device(address: string, type: AddressType = 'public'): Device {
    if (type !== 'public' && type !== 'random') {
      throw new InvalidArgumentError(`an address is 'public' or 'random', not '${String(type)}'`);
    }
    return new Device(this, { address: parseAddress(address), type });
  }

  /**
   * Advertises until a central connects, and gives that connection. No deadline unless one is given.
   *
   * @throws InvalidStateError when all advertising sets are in use, or for a peer that directed advertising cannot call; InvalidArgumentError for what does not fit; HciError when
   *   the controller refuses.
   */
  async advertise(options: AdvertiseOptions = {}): Promise<Connection> {
    this.#hci.scope.check();
    return this.#advertising.advertise(options);
  }

  /** Advertises for one central after the other: an iteration over their connections, which advertises while the next one is awaited. */
  advertising(options: AdvertisingOptions = {}): Advertising<Connection> {
    this.#hci.scope.check();
    return this.#advertising.advertising(options);
  }

  /** Sends advertising data and lets nobody connect, for `durationMs` or until it is given up. */
  async broadcast(options: BroadcastCallOptions = {}): Promise<void> {
    this.#hci.scope.check();
    return this.#advertising.broadcast(options);
  }

  /**
   * Adds services to the attribute database; clients that are connected are told.
   *
   * @throws InvalidStateError for a service that belongs to an adapter already.
   */
  registerServices(...services: readonly Service[]): void {
    this.#server.register(...services);
  }

  /**
   * Takes services out of the attribute database; clients that are connected are told.
   *
   * @throws InvalidStateError for a service that is not in it, or that another one includes.
   */
  unregisterServices(...services: readonly Service[]): void {
    this.#server.unregister(...services);
  }

  /**
   * Takes the L2CAP channels that peers open to that SPSM, on all links of both roles, until the listener is closed.
   *
   * @throws InvalidStateError when somebody listens to that SPSM already.
   */
  l2capListen(options: L2capListenOptions): L2capListener {
    return this.#listeners.listen(options);
  }

  /** Lets the process exit although the adapter is open. */
  unref(): void {
    this.#transport.unref();
  }

  /** Takes unref() back. */
  ref(): void {
    this.#transport.ref();
  }

  /** Stops advertising, scanning and connecting, ends all links, silences the controller and gives it back. Idempotent; never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal For Device. */
  identify(peer: Peer): Peer {
    return this.#identities.identify(peer);
  }

  /** @internal For Device. */
  connectionTo(peer: Peer): Connection | undefined {
    return this.connections.find(({ device }) => samePeer(peerOf(device), peer));
  }

  /** @internal For Device. */
  bondWith(device: Device): BondInfo | undefined {
    const bond = this.#self.bonds.find(peerOf(device));
    return bond && describeBond(bond);
  }

  /** @internal For Device. */
  removeBond(device: Device, options: WaitOptions): Promise<boolean> {
    return this.#self.removeBond(peerOf(device), this.#options.clock, options);
  }

  /** @internal For Device. */
  async connect(device: Device, options: ConnectOptions): Promise<Connection> {
    if (device.connection !== undefined) {
      throw new InvalidStateError(
        `${device} is connected already: use device.connection, or disconnect it first`,
      );
    }
    const { clock, log } = this.#options;
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    const endMs = clock.now() + timeoutMs;
    const newLink = await this.#access.connect({ ...options, peer: peerOf(device) });
    const connection = this.#accept(newLink);
    await prepareConnection(connection, {
      clock,
      log,
      endMs,
      signal,
      exchangeMtu: options.exchangeMtu !== false,
    });
    return connection;
  }

  /** The radio rests first, so that no link can come up behind those that are ended: the Reset would end it without a word to its peer. */
  async #close(): Promise<void> {
    await this.#radio.quiet();
    // Of the controller and not of #connections: a link that has just come up may not be a connection yet.
    const links = [...this.#hci.links.values()];
    await Promise.allSettled(links.map((link) => this.#hci.disconnect(link)));
    await this.#hci.close();
  }

  get #hasChannels(): boolean {
    return this.#options.l2capChannels ?? true;
  }

  get #hasEnhancedBearers(): boolean {
    return this.#hasChannels && (this.#options.enhancedBearers ?? true);
  }

  #accept(newLink: NewLink): Connection {
    const { clock, log, mtu: rxMtu } = this.#options;
    const context = {
      hci: this.#hci,
      clock,
      log,
      rxMtu,
      server: this.#server,
      listeners: this.#listeners,
      hasChannels: this.#hasChannels,
      enhancedBearers: this.#hasEnhancedBearers,
      local: { ...this.#self.identity.address, irk: this.#self.identity.irk },
      bonds: this.#self.bonds,
      identities: this.#identities,
      gattCache: this.#gattCache,
      attempts: this.#attempts,
      policy: () => this.#security,
    };
    const assembled = assembleLink(context, newLink, new Device(this, newLink.peer));
    const { connection } = assembled;
    this.#connections.add(connection);
    this.#events.follow(newLink.link, assembled);
    newLink.link.scope.add(() => {
      this.#endedCounters = sumOf(this.#endedCounters, connection.counters);
      this.#connections.delete(connection);
    });
    return connection;
  }
}

const peerOf = ({ address, addressType }: Device): Peer => ({ address, type: addressType });

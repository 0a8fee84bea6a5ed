import { checkRxMtu } from '../att/mtu-exchange.ts';
import { InvalidStateError, TransportError } from '../core/errors.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { HciTransport } from '../core/transport.ts';
import { randomBelow } from '../crypto/random.ts';
import { MemoryGattCache } from '../gatt/client/gatt-cache.ts';
import { GattServer } from '../gatt/server/gatt-server.ts';
import { choicesOf, type SecurityPolicy } from '../smp/pairing-options.ts';
import { RepeatedAttempts } from '../smp/repeated-attempts.ts';
import { AdapterLife } from './adapter-life.ts';
import { AdvertisingManager } from './advertising/advertising-manager.ts';
import { type BondInfo, describeBond } from './bonds/bond-info.ts';
import { keepWithBonds, recallClients } from './bonds/kept-clients.ts';
import { prepareConnection } from './connecting/connect-preparation.ts';
import type { KeepConnectedOptions, KeptConnection } from './connecting/kept-connection.ts';
import { KeptConnections } from './connecting/kept-connections.ts';
import { ControllerSession, orClose } from './controller-session.ts';
import { type CounterValues, layered, sumOf } from './counter-sums.ts';
import { type ConnectOptions, Device, type DeviceOwner } from './device.ts';
import type { HostOptions, RecoverOptions } from './host-options.ts';
import type { Connection } from './link/connection.ts';
import { toConnectionParameters } from './link/connection-parameter-request.ts';
import { L2capListeners } from './link/l2cap-listener.ts';
import type { LinkContext } from './link/link-assembly.ts';
import { KnownSelf } from './privacy/known-self.ts';
import { PeerAccess } from './privacy/peer-access.ts';
import type { Radio } from './radio/radio.ts';
import { type NewLink, type Peer, type RadioController, samePeer } from './radio/radio-controller.ts';
import { Recovery } from './recovery.ts';
import { ScanManager } from './scanning/scan.ts';

const CHANCE = 0x1_0000;

/** Whether the controller knows its host behind private addresses that directed advertising calls it by. */
const resolves = ({ abilities }: RadioController): boolean => abilities.resolvingListSize > 0;

const peerOf = ({ address, addressType }: Device): Peer => ({ address, type: addressType });

/**
 * The host above a controller: what an adapter is made of, and what its devices ask of it. It stays when the controller is lost, and goes on with the next one where it is to be
 * recovered: what was asked of the lost one has been rejected, what is wished for lasts.
 */
export class Host implements DeviceOwner {
  readonly options: HostOptions;
  readonly self: KnownSelf;
  readonly server: GattServer;
  readonly listeners: L2capListeners;
  readonly radio: Radio;
  readonly scans: ScanManager<Device>;
  readonly advertising: AdvertisingManager<Connection>;
  readonly life: AdapterLife;
  readonly #context: Omit<LinkContext, 'hci' | 'local'>;
  readonly #recovery: Recovery | undefined;
  #session: ControllerSession;
  #access: PeerAccess;
  /** What every link of the session is made with. */
  #linkContext: LinkContext;
  /** Of the sessions that are over, added up. */
  #pastCounters: CounterValues = {};
  #keepsAlive = true;
  readonly #random: () => number;
  readonly #kept: KeptConnections;
  #policy: SecurityPolicy | undefined;
  #closing: Promise<void> | undefined;

  private constructor(self: KnownSelf, session: ControllerSession, options: HostOptions) {
    this.options = options;
    this.self = self;
    this.#session = session;
    this.policy = options.security;
    const { clock, log, gattCache = new MemoryGattCache() } = options;
    this.life = new AdapterLife(clock, log);
    this.#random = options.random ?? (() => randomBelow(CHANCE) / CHANCE);
    this.#kept = new KeptConnections({
      clock,
      log,
      scope: this.life.scope,
      random: this.#random,
      connect: (device, wanted) => this.#connect(device, wanted),
      ready: (wait) => this.life.ready(wait),
    });
    const radio = self.useRadio(session.radio, this.life.scope);
    const { identities } = self;
    this.radio = radio;
    this.scans = new ScanManager(radio, (address, type) => this.device({ address, type }), identities);
    this.#access = this.#accessPeers();
    this.advertising = new AdvertisingManager(radio, (newLink) => this.#accept(newLink), {
      identify: (peer) => this.identify(peer),
      aim: (peer) => this.#access.aim(peer),
    });
    const hasChannels = options.l2capChannels ?? true;
    const enhancedBearers = hasChannels && (options.enhancedBearers ?? true);
    const { preferredConnectionParameters: preferred } = options;
    this.server = new GattServer({
      clock,
      log,
      scope: () => radio.scope,
      deviceName: options.deviceName,
      appearance: options.appearance,
      resolvesAddresses: options.privacy && resolves(session.radio),
      preferredConnectionParameters:
        preferred && toConnectionParameters('preferredConnectionParameters', preferred),
      genericAccessWrites: options.writable,
      enhancedBearers,
      clientKeeper: keepWithBonds(self.bonds, log),
    });
    recallClients(this.server, self.bonds, log);
    this.listeners = new L2capListeners(clock, log, this.life.scope, hasChannels, () => radio.scope);
    this.#context = {
      clock,
      log,
      rxMtu: options.mtu,
      server: this.server,
      listeners: this.listeners,
      hasChannels,
      enhancedBearers,
      bonds: self.bonds,
      identities,
      gattCache: gattCache === false ? undefined : gattCache,
      attempts: new RepeatedAttempts(clock),
      policy: () => this.#policy,
    };
    this.#linkContext = this.#contextOf(session);
    this.#recovery = options.recover && this.#recoveryBy(options.recover);
  }

  /** Starts a controller and puts a host on it; without a deadline of its own. */
  static async start(transport: HciTransport, options: HostOptions): Promise<Host> {
    const { mtu, clock, log, signal, privacy, bondStore } = options;
    if (mtu !== undefined) checkRxMtu(mtu);
    const recovers = options.recover !== undefined;
    const session = await ControllerSession.start(transport, { ...options, recovers });
    const { hci } = session;
    return orClose(hci, signal, async () => {
      const { identityStore: store, identity: name } = options;
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
      const host = new Host(self, session, options);
      await host.#begun(session);
      return host;
    });
  }

  /** The controller that is there, or was there last. */
  get session(): ControllerSession {
    return this.#session;
  }

  /** Throws what keeps anything from being asked of the controller: it is lost, or the host closed. */
  check(): void {
    this.life.scope.check();
    this.radio.scope.check();
  }

  /** Whether it keeps the process alive, with or without a controller. */
  keepAlive(keeps: boolean): void {
    this.#keepsAlive = keeps;
    this.#recovery?.keepAlive(keeps);
    if (keeps) this.session.ref();
    else this.session.unref();
  }

  /** See `Adapter.security`. */
  get policy(): SecurityPolicy | undefined {
    return this.#policy;
  }

  set policy(policy: SecurityPolicy | undefined) {
    if (policy !== undefined) choicesOf(policy, { bonds: this.self.bonds.kept, identity: true });
    this.#policy = policy;
  }

  get connections(): readonly Connection[] {
    return this.session.connections;
  }

  get counters(): CounterValues {
    const sessions = sumOf(this.#pastCounters, this.session.counters, this.session.linkCounters);
    return {
      ...this.radio.counters.all(),
      ...this.scans.counters.all(),
      ...this.self.bonds.counters.all(),
      ...this.self.identities.counters.all(),
      ...sumOf(layered({ gatt: this.server.counters }), sessions),
    };
  }

  device(peer: Peer): Device {
    return new Device(this, peer);
  }

  identify(peer: Peer): Peer {
    return this.self.identities.identify(peer);
  }

  connectionTo(peer: Peer): Connection | undefined {
    return this.connections.find(({ device }) => samePeer(peerOf(device), peer));
  }

  bondWith(device: Device): BondInfo | undefined {
    const bond = this.self.bonds.find(peerOf(device));
    return bond && describeBond(bond);
  }

  removeBond(device: Device, options: WaitOptions): Promise<boolean> {
    return this.self.removeBond(peerOf(device), this.options.clock, options);
  }

  async connect(device: Device, options: ConnectOptions): Promise<Connection> {
    this.life.scope.check();
    if (this.#kept.has(device)) {
      throw new InvalidStateError(
        `${device} is kept connected: use connected() of what keepConnected() gave`,
      );
    }
    return this.#connect(device, options);
  }

  keepConnected(device: Device, options: KeepConnectedOptions): KeptConnection {
    this.life.scope.check();
    return this.#kept.keep(device, options);
  }

  async #connect(device: Device, options: ConnectOptions): Promise<Connection> {
    if (device.connection !== undefined) {
      throw new InvalidStateError(
        `${device} is connected already: use device.connection, or disconnect it first`,
      );
    }
    const { clock, log } = this.options;
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
      encrypt: options.encrypt !== false,
    });
    return connection;
  }

  /** Idempotent; never rejects. */
  close(): Promise<void> {
    // In a turn of its own: whoever is told of the end may call close() again, and must find this one.
    this.#closing ??= Promise.resolve().then(() => this.#close());
    return this.#closing;
  }

  /** The radio rests first, so that no link can come up behind those that are ended: the Reset would end it without a word to its peer. */
  async #close(): Promise<void> {
    if (this.life.state === 'lost') {
      this.life.end(new TransportError('the adapter was closed, while its controller was away'));
    }
    await this.#recovery?.close();
    await this.radio.quiet();
    await this.session.close();
    await this.self.settle(this.options.clock);
    await this.options.release?.();
  }

  #accept(newLink: NewLink): Connection {
    return this.session.accept(this.#linkContext, newLink, this.device(newLink.peer));
  }

  /** Resolves when the controller does what is wanted of it and is there for good: from here on its end is the host's business. */
  async #begun(session: ControllerSession): Promise<void> {
    const { scope } = session.hci;
    await this.radio.resolvingSettled();
    scope.check();
    scope.add((error) => this.#lost(session, error));
  }

  #lost(session: ControllerSession, error: Error): void {
    if (this.#closing !== undefined) this.life.end(error);
    else if (this.#recovery === undefined) {
      this.life.end(error);
      void this.close();
    } else {
      this.#recovery.begin(session.hci.close());
      this.life.lost(error);
    }
  }

  #recoveryBy({ reopen, tryTimeoutMs }: RecoverOptions): Recovery {
    const { clock, log } = this.options;
    return new Recovery({
      what: `the controller at ${this.session.info.transport}`,
      clock,
      log,
      random: this.#random,
      tryTimeoutMs,
      attempt: async (signal) => this.#goOn(await reopen(signal), signal),
    });
  }

  /** With a controller that has come in the place of the lost one. */
  async #goOn(transport: HciTransport, signal: AbortSignal): Promise<void> {
    if (!this.#keepsAlive) transport.unref();
    const { log } = this.options;
    const session = await ControllerSession.start(transport, { ...this.options, signal, recovers: true });
    await orClose(session.hci, signal, async () => {
      await this.self.meet(session.hci, signal);
      this.#use(session);
      await this.#begun(session);
      log.write('info', 'gap', () => `the controller at ${session.info.transport} is back`);
      this.life.back();
    });
  }

  #use(session: ControllerSession): void {
    const { counters, linkCounters } = this.session;
    this.#pastCounters = sumOf(this.#pastCounters, counters, linkCounters);
    this.#session = session;
    this.#linkContext = this.#contextOf(session);
    this.self.useController(session.radio);
    this.server.resolvesAddresses = resolves(session.radio);
    this.#access = this.#accessPeers();
  }

  #contextOf({ hci }: ControllerSession): LinkContext {
    return { ...this.#context, hci, local: this.self.told };
  }

  #accessPeers(): PeerAccess {
    const { radio, scans, self } = this;
    return new PeerAccess({ radio, scans, identities: self.identities, bonds: self.bonds });
  }
}

import { checkRxMtu } from '../att/mtu-exchange.ts';
import type { Clock } from '../core/clock.ts';
import { InvalidStateError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { HciTransport } from '../core/transport.ts';
import { type GattCache, MemoryGattCache } from '../gatt/gatt-cache.ts';
import { GattServer } from '../gatt/gatt-server.ts';
import type { FirmwareFiles } from '../hci/profiles/firmware-files.ts';
import type { BondStore } from '../smp/bond-store.ts';
import { choicesOf, type SecurityPolicy } from '../smp/pairing-options.ts';
import { RepeatedAttempts } from '../smp/repeated-attempts.ts';
import { AdvertisingManager } from './advertising-manager.ts';
import { type BondInfo, describeBond } from './bond-info.ts';
import { prepareConnection } from './connect-preparation.ts';
import type { Connection } from './connection.ts';
import { ControllerSession } from './controller-session.ts';
import { type CounterValues, layered, sumOf } from './counter-sums.ts';
import { type ConnectOptions, Device, type DeviceOwner } from './device.ts';
import type { IdentityStore } from './identity.ts';
import { keepWithBonds, recallClients } from './kept-clients.ts';
import { KnownSelf } from './known-self.ts';
import { L2capListeners } from './l2cap-listener.ts';
import type { LinkContext } from './link-assembly.ts';
import { PeerAccess } from './peer-access.ts';
import type { PeerIdentities } from './peer-identities.ts';
import type { Privacy } from './privacy.ts';
import type { Radio } from './radio.ts';
import { type NewLink, type Peer, samePeer } from './radio-controller.ts';
import { ScanManager } from './scan.ts';

export interface HostOptions {
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
  /** Undefined for a host that shows who it is. */
  readonly privacy?: Privacy | undefined;
  /** Where firmware is looked for, for chips that come without. */
  readonly firmware?: FirmwareFiles | undefined;
  readonly deviceName?: string | undefined;
  readonly l2capChannels?: boolean | undefined;
  readonly enhancedBearers?: boolean | undefined;
  readonly appearance?: number | undefined;
  readonly mtu?: number | undefined;
  /** In memory unless given; false for none. */
  readonly gattCache?: GattCache | false | undefined;
}

const peerOf = ({ address, addressType }: Device): Peer => ({ address, type: addressType });

/** The host above a controller: what an adapter is made of, and what its devices ask of it. */
export class Host implements DeviceOwner {
  readonly options: HostOptions;
  readonly self: KnownSelf;
  readonly server: GattServer;
  readonly listeners: L2capListeners;
  readonly radio: Radio;
  readonly scans: ScanManager<Device>;
  readonly advertising: AdvertisingManager<Connection>;
  readonly session: ControllerSession;
  readonly #identities: PeerIdentities;
  readonly #access: PeerAccess;
  readonly #context: LinkContext;
  #policy: SecurityPolicy | undefined;
  #closing: Promise<void> | undefined;

  private constructor(self: KnownSelf, session: ControllerSession, options: HostOptions) {
    this.options = options;
    this.self = self;
    this.session = session;
    this.policy = options.security;
    const { clock, log, gattCache = new MemoryGattCache() } = options;
    const { hci } = session;
    const { radio, identities } = self.useRadio(session.radio);
    this.radio = radio;
    this.#identities = identities;
    this.scans = new ScanManager(radio, (address, type) => this.device({ address, type }), identities);
    this.#access = new PeerAccess({ radio, scans: this.scans, identities, bonds: self.bonds });
    this.advertising = new AdvertisingManager(radio, (newLink) => this.#accept(newLink), {
      identify: (peer) => this.identify(peer),
      aim: (peer) => this.#access.aim(peer),
    });
    const hasChannels = options.l2capChannels ?? true;
    const enhancedBearers = hasChannels && (options.enhancedBearers ?? true);
    this.server = new GattServer({
      clock,
      log,
      scope: hci.scope,
      deviceName: options.deviceName,
      appearance: options.appearance,
      resolvesAddresses: options.privacy !== undefined && radio.abilities.resolvingListSize > 0,
      enhancedBearers,
      clientKeeper: keepWithBonds(self.bonds, log),
    });
    recallClients(this.server, self.bonds, log);
    this.listeners = new L2capListeners(clock, log, hci.scope, hasChannels);
    this.#context = {
      hci,
      clock,
      log,
      rxMtu: options.mtu,
      server: this.server,
      listeners: this.listeners,
      hasChannels,
      enhancedBearers,
      local: self.told,
      bonds: self.bonds,
      identities,
      gattCache: gattCache === false ? undefined : gattCache,
      attempts: new RepeatedAttempts(clock),
      policy: () => this.#policy,
    };
  }

  /** Starts a controller and puts a host on it; without a deadline of its own. */
  static async start(transport: HciTransport, options: HostOptions): Promise<Host> {
    const { mtu, clock, log, signal, privacy, bondStore } = options;
    if (mtu !== undefined) checkRxMtu(mtu);
    const session = await ControllerSession.start(transport, options);
    const { hci } = session;
    try {
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
      await host.radio.resolvingSettled();
      hci.scope.check();
      return host;
    } catch (error) {
      await hci.close();
      throw error;
    }
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
    return {
      ...this.session.counters,
      ...this.radio.counters.all(),
      ...this.scans.counters.all(),
      ...this.self.bonds.counters.all(),
      ...this.#identities.counters.all(),
      ...sumOf(layered({ gatt: this.server.counters }), this.session.linkCounters),
    };
  }

  device(peer: Peer): Device {
    return new Device(this, peer);
  }

  identify(peer: Peer): Peer {
    return this.#identities.identify(peer);
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
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The radio rests first, so that no link can come up behind those that are ended: the Reset would end it without a word to its peer. */
  async #close(): Promise<void> {
    await this.radio.quiet();
    await this.session.close();
    await this.self.settle(this.options.clock);
  }

  #accept(newLink: NewLink): Connection {
    return this.session.accept(this.#context, newLink, this.device(newLink.peer));
  }
}

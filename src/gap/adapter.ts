import { type Address, type AddressType, parseAddress } from '../core/address.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { HciTransport } from '../core/transport.ts';
import { OobData } from '../smp/oob-data.ts';
import type { SecurityPolicy } from '../smp/pairing-options.ts';
import type { AdapterInfo } from './adapter-info.ts';
import type { AdapterState, StateListener } from './adapter-life.ts';
import type { Advertising } from './advertising/advertising.ts';
import type { BroadcastCallOptions } from './advertising/advertising-manager.ts';
import type { AdvertiseOptions, AdvertisingOptions } from './advertising/advertising-options.ts';
import { type BondInfo, describeBond } from './bonds/bond-info.ts';
import type { Device } from './device.ts';
import { Host } from './host.ts';
import type { HostOptions } from './host-options.ts';
import type { Connection } from './link/connection.ts';
import type { L2capListener, L2capListenOptions } from './link/l2cap-listener.ts';
import type { Service } from './local-attributes.ts';
import type { Scanner, ScanOptions } from './scanning/scanner.ts';

/** A controller that is open, and everything that it does. Several live in one process, and nothing is shared between them. */
export class Adapter implements AsyncDisposable {
  readonly #host: Host;
  #signal: AbortSignal | undefined;

  private constructor(host: Host) {
    this.#host = host;
  }

  /** @internal For open(). */
  static async start(transport: HciTransport, options: HostOptions): Promise<Adapter> {
    return new Adapter(await Host.start(transport, options));
  }

  /** The identity address: what this adapter advertises and connects with, unless it hides. */
  get address(): Address {
    return this.#host.self.identity.address.address;
  }

  get addressType(): AddressType {
    return this.#host.self.identity.address.type;
  }

  /** What clients read as Device Name (Vol 3, Part C, 12.1). Setting it throws InvalidArgumentError for more than 248 octets of UTF-8. */
  get name(): string {
    return this.#host.server.deviceName;
  }

  set name(name: string) {
    this.#host.server.deviceName = name;
  }

  /** What clients read as Appearance (Vol 3, Part C, 12.2). */
  get appearance(): number {
    return this.#host.server.appearance;
  }

  set appearance(appearance: number) {
    this.#host.server.appearance = appearance;
  }

  /** What the controller is. */
  get info(): AdapterInfo {
    return this.#host.session.info;
  }

  /** Peers that no pairing is needed with, without their keys. */
  get bonds(): readonly BondInfo[] {
    return this.#host.self.bonds.all.map(describeBond);
  }

  /**
   * What becomes of pairings that peers begin, and of security that they ask for, on all links. Undefined, as it is by default: nobody may pair but whom
   * `connection.pair()` is called for. It holds from the next command of a peer on.
   *
   * @throws InvalidArgumentError for a policy that does not fit together.
   */
  get security(): SecurityPolicy | undefined {
    return this.#host.policy;
  }

  set security(policy: SecurityPolicy | undefined) {
    this.#host.policy = policy;
  }

  /** Out-of-band data for one pairing with Secure Connections, to be carried to the peer: see `oob` of the options of `connection.pair()`. */
  createOobData(): OobData {
    return new OobData();
  }

  /** The links that are up, of both roles. */
  get connections(): readonly Connection[] {
    return this.#host.connections;
  }

  /** Aborts with TransportError when the adapter is closed, or its controller lost and not to be recovered. */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      this.#host.life.scope.add((error) => controller.abort(error));
    }
    return this.#signal;
  }

  /** `ready`; `lost` while the controller is gone and looked for, with `recover` of open(); `closed` for good. */
  get state(): AdapterState {
    return this.#host.life.state;
  }

  /**
   * Calls back at each change of `state`, with the error that it came by: why the controller was lost, or the adapter closed. What the listener throws is logged. The function returned
   * takes it back.
   */
  on(event: 'state', listener: StateListener): () => void {
    if (event !== 'state')
      throw new InvalidArgumentError(`an adapter tells of 'state', not of '${String(event)}'`);
    return this.#host.life.on(listener);
  }

  /**
   * Resolves when the controller is there, at once if it is. No deadline unless one is given.
   *
   * @throws TransportError when the adapter is closed, or its controller lost and not to be recovered.
   */
  ready(options: WaitOptions = {}): Promise<void> {
    return this.#host.life.ready(options);
  }

  /**
   * What was dropped, clamped or refused since the adapter was opened, by name. Those of the links (`attMalformedPdus`) are added up over all,
   * also those that have ended, and are there from the first link on.
   */
  get counters(): Readonly<Record<string, number>> {
    return this.#host.counters;
  }

  /**
   * Looks for devices. Scanning begins when the first result is asked for and ends with the iteration, with `durationMs`, or with close().
   *
   * @throws InvalidArgumentError for options out of range.
   */
  scan(options: ScanOptions = {}): Scanner<Device> {
    return this.#host.scans.scan(options);
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
    return this.#host.device({ address: parseAddress(address), type });
  }

  /**
   * Advertises until a central connects, and gives that connection. No deadline unless one is given.
   *
   * @throws InvalidStateError when all advertising sets are in use, or for a peer that directed advertising cannot call; InvalidArgumentError for what does not fit; HciError when
   *   the controller refuses.
   */
  async advertise(options: AdvertiseOptions = {}): Promise<Connection> {
    this.#host.check();
    return this.#host.advertising.advertise(options);
  }

  /** Advertises for one central after the other: an iteration over their connections, which advertises while the next one is awaited. */
  advertising(options: AdvertisingOptions = {}): Advertising<Connection> {
    this.#host.life.scope.check();
    return this.#host.advertising.advertising(options);
  }

  /** Sends advertising data and lets nobody connect, for `durationMs` or until it is given up. */
  async broadcast(options: BroadcastCallOptions = {}): Promise<void> {
    this.#host.check();
    return this.#host.advertising.broadcast(options);
  }

  /**
   * Adds services to the attribute database; clients that are connected are told.
   *
   * @throws InvalidStateError for a service that belongs to an adapter already.
   */
  registerServices(...services: readonly Service[]): void {
    this.#host.server.register(...services);
  }

  /**
   * Takes services out of the attribute database; clients that are connected are told.
   *
   * @throws InvalidStateError for a service that is not in it, or that another one includes.
   */
  unregisterServices(...services: readonly Service[]): void {
    this.#host.server.unregister(...services);
  }

  /**
   * Takes the L2CAP channels that peers open to that SPSM, on all links of both roles, until the listener is closed.
   *
   * @throws InvalidStateError when somebody listens to that SPSM already.
   */
  l2capListen(options: L2capListenOptions): L2capListener {
    return this.#host.listeners.listen(options);
  }

  /** Lets the process exit although the adapter is open. */
  unref(): void {
    this.#host.keepAlive(false);
  }

  /** Takes unref() back. */
  ref(): void {
    this.#host.keepAlive(true);
  }

  /** Stops advertising, scanning and connecting, ends all links, silences the controller and gives it back. Idempotent; never rejects. */
  close(): Promise<void> {
    return this.#host.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

import { type Address, type AddressKind, type AddressType, kindOfAddress } from '../core/address.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { BondInfo } from './bonds/bond-info.ts';
import type { ConnectParameters } from './connecting/connect-parameters.ts';
import type { KeepConnectedOptions, KeptConnection } from './connecting/kept-connection.ts';
import type { Connection } from './link/connection.ts';
import type { Peer } from './radio/radio-controller.ts';

export interface ConnectOptions extends ConnectParameters, WaitOptions {
  /** Whether the ATT MTU is exchanged before the promise resolves. Default true. */
  readonly exchangeMtu?: boolean | undefined;
  /**
   * Whether a bonded peer shows that it has the key, by encrypting the link, before it is asked for anything. Default true. False is for signed writes, which go over links that are not encrypted: then
   * who answers may be another, and what it sends unasked is dropped, until `connection.encrypt()`.
   */
  readonly encrypt?: boolean | undefined;
}

/** What a Device asks of the adapter it belongs to. */
export interface DeviceOwner {
  /** Who is behind an address, as far as that is known now. */
  identify(peer: Peer): Peer;
  connectionTo(peer: Peer): Connection | undefined;
  connect(device: Device, options: ConnectOptions): Promise<Connection>;
  keepConnected(device: Device, options: KeepConnectedOptions): KeptConnection;
  bondWith(device: Device): BondInfo | undefined;
  removeBond(device: Device, options: WaitOptions): Promise<boolean>;
}

/**
 * A peer by its address, in reach or not. It belongs to the adapter that gave it. One that was met behind a private address goes by its identity from the moment
 * at which that is known.
 */
export class Device {
  readonly #owner: DeviceOwner;
  #peer: Peer;

  constructor(owner: DeviceOwner, peer: Peer) {
    this.#owner = owner;
    this.#peer = peer;
  }

  get address(): Address {
    return this.#identity.address;
  }

  get addressType(): AddressType {
    return this.#identity.type;
  }

  /** What the address tells of itself (Vol 6, Part B, 1.3): a resolvable one changes, a static one stays at least until the peer restarts. */
  get addressKind(): AddressKind {
    return kindOfAddress(this.address, this.addressType);
  }

  /** The link to it, while there is one. */
  get connection(): Connection | undefined {
    return this.#owner.connectionTo(this.#identity);
  }

  /**
   * Connects to it as central and exchanges the ATT MTU. Default deadline 10 s; giving up cancels the attempt in the controller, or ends the
   * link, before the promise rejects.
   *
   * @throws InvalidStateError when it is connected already: see `connection`.
   * @throws TimeoutError when it does not advertise, is out of reach or refuses; HciError when the controller says why.
   */
  connect(options: ConnectOptions = {}): Promise<Connection> {
    return this.#owner.connect(this, options);
  }

  /**
   * Connects to it as central whenever that can be, until the object that is given is closed: it waits until the peer comes into reach, and makes a link that is lost again. Several
   * peers that are kept with the same parameters are looked for together. `scanIntervalMs` and `scanWindowMs` say how much of the radio's time looking for it may take.
   *
   * @throws InvalidArgumentError for parameters that do not fit; InvalidStateError when it is kept already; TransportError when the adapter is closed.
   */
  keepConnected(options: KeepConnectedOptions = {}): KeptConnection {
    return this.#owner.keepConnected(this, options);
  }

  /** What is known of the bond with it; undefined without one. */
  get bond(): BondInfo | undefined {
    return this.#owner.bondWith(this);
  }

  /**
   * Forgets the keys that are shared with it. A link that is up goes on as it is; the next one needs pairing. Resolves with whether there was a bond. Default
   * deadline 2 s.
   *
   * @throws InvalidStateError when the store of bonds cannot be written, or where no bonds are kept.
   */
  removeBond(options: WaitOptions = {}): Promise<boolean> {
    return this.#owner.removeBond(this, options);
  }

  toString(): string {
    return this.address;
  }

  /** An identity, once known, stays: keys that are removed later make nobody a stranger who has been met. */
  get #identity(): Peer {
    this.#peer = this.#owner.identify(this.#peer);
    return this.#peer;
  }
}

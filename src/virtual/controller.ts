import type { Address } from '../core/address.ts';
import { InvalidStateError, TransportError } from '../core/errors.ts';
import type { HciTransport } from '../core/transport.ts';
import type { ControllerCore } from './controller-core.ts';
import { ControllerFaults, damaged, type PacketScript } from './controller-faults.ts';
import type { HostLine } from './host-line.ts';
import { HostTransport } from './host-transport.ts';
import type { Medium, Station } from './link-layer/medium.ts';
import type { Profile } from './profile.ts';
import type { Position } from './propagation.ts';
import type { Violation } from './violations.ts';

/** A radio whose place can change. */
export interface Radio extends Station {
  position: Position;
  txPowerDbm: number;
}

export interface VirtualControllerParts {
  readonly core: ControllerCore;
  readonly radio: Radio;
  readonly medium: Medium;
  /** Takes it off the air's list. */
  readonly onRemove: () => void;
}

/** One LE controller on an air, written from the controller's side of the specification (Vol 4, Part E and Vol 6, Part B). */
export class VirtualController {
  /** What goes wrong between it and its host. */
  readonly faults: ControllerFaults;
  readonly #core: ControllerCore;
  readonly #radio: Radio;
  readonly #medium: Medium;
  readonly #onRemove: () => void;
  #inbox: Uint8Array[] = [];
  #stalled = false;
  #held: Uint8Array[] = [];
  #line: HostLine | undefined;
  #processing = false;

  constructor(parts: VirtualControllerParts) {
    this.#core = parts.core;
    this.#radio = parts.radio;
    this.#medium = parts.medium;
    this.#onRemove = parts.onRemove;
    this.faults = new ControllerFaults({
      stall: (on) => this.#stall(on),
      unplug: () => this.#unplug(),
      inject: (packet) => this.#line?.deliver(packet),
    });
  }

  get name(): string {
    return this.#radio.name;
  }

  /** Its public address, or undefined where it has none. */
  get address(): Address | undefined {
    return this.#core.publicAddress;
  }

  get profile(): Profile {
    return this.#core.profile;
  }

  /** Where it is, in metres: tells RSSI and reach. */
  get position(): Position {
    return this.#radio.position;
  }

  set position(position: Position) {
    this.#radio.position = position;
    this.#medium.reachabilityChanged();
  }

  get txPowerDbm(): number {
    return this.#radio.txPowerDbm;
  }

  set txPowerDbm(power: number) {
    this.#radio.txPowerDbm = power;
    this.#medium.reachabilityChanged();
  }

  /** As the scripts of AirFaults know it. */
  get station(): Station {
    return this.#radio;
  }

  /** What its hosts did against the specification, the first hundred. */
  get violations(): readonly Violation[] {
    return this.#core.violations.kept;
  }

  /** All that there were, also those beyond the first hundred. */
  get violationCount(): number {
    return this.#core.violations.count;
  }

  /** Whether a host has it now. */
  get connected(): boolean {
    return this.#line !== undefined;
  }

  /** Handles of its links. */
  get handles(): readonly number[] {
    return [...this.#core.state.links.keys()];
  }

  /** Packets of the host that it holds now. */
  get usedBuffers(): number {
    return this.#core.state.acl.used;
  }

  /** A transport for a host in this process. Throws InvalidStateError while another host has the controller. */
  connect(): HciTransport {
    if (this.#line !== undefined) {
      throw new InvalidStateError(
        `the virtual controller ${this.name} has a host: close that transport first`,
      );
    }
    return new HostTransport(`virtual:${this.name}`, (line) => this.attach(line));
  }

  /** Gives it a host; a controller has one at a time. What comes back is the host's way in. */
  attach(line: HostLine): HostPort {
    if (this.#line !== undefined) {
      throw new InvalidStateError(
        `the virtual controller ${this.name} has a host: close that transport first`,
      );
    }
    this.#line = line;
    this.#stalled = false;
    this.#core.attach({
      get writable(): boolean {
        return line.writable;
      },
      deliver: (packet) => this.#toHost(line, packet),
      lost: (error) => line.lost(error),
    });
    return {
      send: (packet) => {
        if (this.#line === line) this.#fromHost(packet);
      },
      writable: () => {
        if (this.#line === line) this.#core.hostReady();
      },
      gone: () => {
        if (this.#line === line) this.#detach();
      },
    };
  }

  /** Powers it off for good: its host loses the transport, its peers hear nothing more. */
  remove(): void {
    this.#unplug();
    this.#onRemove();
  }

  #detach(): void {
    this.#line = undefined;
    this.#inbox = [];
    this.#held = [];
    this.#stalled = false;
    this.#core.attach(undefined);
  }

  #unplug(): void {
    const line = this.#line;
    if (line === undefined) return;
    this.#detach();
    line.lost(new TransportError(`the virtual controller ${this.name} was unplugged`));
  }

  #stall(on: boolean): void {
    this.#stalled = on;
    if (on) return;
    const held = this.#held;
    this.#held = [];
    for (const packet of held) this.#line?.deliver(packet);
    if (this.#inbox.length > 0) this.#schedule();
  }

  #fromHost(packet: Uint8Array): void {
    this.#faulty(this.faults.fromHost, packet, this.#line, (passed) => {
      this.#core.arrived(passed);
      this.#inbox.push(passed);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#processing || this.#stalled) return;
    this.#processing = true;
    this.#medium.turns.post(this.#process);
  }

  readonly #process = (): void => {
    this.#processing = false;
    const inbox = this.#inbox;
    this.#inbox = [];
    for (let i = 0; i < inbox.length; i++) {
      const packet = inbox[i];
      if (this.#stalled) {
        this.#inbox = [...inbox.slice(i), ...this.#inbox];
        return;
      }
      if (packet !== undefined && this.#line !== undefined) this.#core.receive(packet);
    }
  };

  #toHost(line: HostLine, packet: Uint8Array): void {
    this.#faulty(this.faults.toHost, packet, line, (passed) => {
      if (this.#stalled) this.#held.push(passed);
      else line.deliver(passed);
    });
  }

  #faulty(
    script: PacketScript | undefined,
    packet: Uint8Array,
    line: HostLine | undefined,
    pass: (packet: Uint8Array) => void,
  ): void {
    const fault = script?.(packet);
    if (fault === undefined) {
      pass(packet);
      return;
    }
    if (typeof fault === 'object' && 'delayMs' in fault) {
      this.#medium.after(fault.delayMs, () => {
        if (this.#line === line) pass(packet);
      });
      return;
    }
    const left = damaged(packet, fault);
    if (left !== undefined) pass(left);
  }
}

/** A host's way into its controller. */
export interface HostPort {
  /** One whole packet, indicator first, which the controller keeps. */
  send(packet: Uint8Array): void;
  /** The line takes data again. */
  writable(): void;
  /** The host has gone: the controller is reset. */
  gone(): void;
}

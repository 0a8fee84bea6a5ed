import { type Address, type AddressType, addressTypeToHci, parseAddress } from '../../src/core/address.ts';
import { HciError, TransportError } from '../../src/core/errors.ts';
import { Log } from '../../src/core/log.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { WaitScope } from '../../src/core/wait-scope.ts';
import { Radio } from '../../src/gap/radio/radio.ts';
import type {
  LinkUp,
  OwnAddress,
  OwnAddresses,
  Peer,
  RadioAbilities,
  RadioController,
  RadioSink,
  ResolvingEntry,
} from '../../src/gap/radio/radio-controller.ts';
import type { RadioStep } from '../../src/gap/radio/radio-plan.ts';
import type { AclLink } from '../../src/hci/acl-link.ts';
import { AdvertisingReportCursor } from '../../src/hci/codec/advertising-report.ts';
import { describeStatus } from '../../src/hci/codec/error-codes.ts';
import { HciEvent } from '../../src/hci/codec/events.ts';
import { FakeAclLink } from './fake-acl-link.ts';

export const peerOf = (text: string, type: AddressType = 'public'): Peer => ({
  address: parseAddress(text),
  type,
});

/** One address for everything that is shown. */
export const alwaysAs = (address: () => OwnAddress): OwnAddresses => ({
  get initiating() {
    return address();
  },
  get scanning() {
    return address();
  },
  advertising: address,
});

export const own: OwnAddress = { type: 'random', address: parseAddress('C0:00:00:00:00:01') };

const ADVERTISING_TIMEOUT = 0x3c;
const COMMAND_DISALLOWED = 0x0c;
const UNKNOWN_CONNECTION_IDENTIFIER = 0x02;

export interface FakeReport {
  readonly from: Peer;
  readonly eventType?: number;
  readonly rssi?: number;
  readonly data?: readonly number[] | Uint8Array;
}

export interface FakeExtendedReport extends FakeReport {
  readonly sid?: number;
  readonly addressType?: number;
}

/**
 * The radio of a controller by the letter of Vol 4, Part E: what may not be changed while in use answers Command Disallowed and is noted as a
 * fault of the host's. It is played by the test.
 */
export class FakeRadio implements RadioController {
  readonly clock = new ManualClock();
  readonly scope = new WaitScope();
  readonly log = new Log();
  readonly abilities: RadioAbilities;
  /** What was asked of it, in order. */
  readonly steps: RadioStep[] = [];
  /** Commands that a host should not have sent. */
  readonly faults: string[] = [];
  readonly dropped: AclLink[] = [];
  readonly links: FakeAclLink[] = [];
  /** Statuses that the next steps of a kind are refused with. */
  readonly refusals = new Map<RadioStep['op'], number[]>();
  /** Steps of a kind that are carried out at once and answered when the promise resolves. */
  readonly slowAnswers = new Map<RadioStep['op'], Promise<void>>();
  /** As Bumble's controller does: Create Connection Cancel answers success and cancels nothing. */
  cancelLies = false;
  acceptListSize = 8;
  /** Whether it can do these beside initiating. */
  scansWhileInitiating = true;
  advertisesWhileInitiating = true;
  randomAddress: Address | undefined;
  acceptList: Peer[] = [];
  /** Who follows the accept list. */
  scanFiltered = false;
  readonly filteredSets = new Set<number>();
  resolvingListRoom = 8;
  resolvingList: ResolvingEntry[] = [];
  resolution = false;
  scanning = false;
  initiating: Extract<RadioStep, { op: 'initiate' }> | undefined;
  readonly enabled = new Set<number>();
  readonly data = new Map<number, Uint8Array>();
  readonly responses = new Map<number, Uint8Array>();
  #sink: RadioSink | undefined;
  #nextHandle = 0x40;
  readonly #cursor = new AdvertisingReportCursor();

  constructor(abilities: Partial<RadioAbilities> = {}) {
    this.abilities = {
      extended: false,
      advertisingSets: 1,
      acceptListSize: 8,
      resolvingListSize: 0,
      scanWhileInitiating: true,
      ...abilities,
    };
  }

  /** The names of the steps since the last call. */
  take(): string[] {
    return this.steps.splice(0).map(({ op }) => op);
  }

  attach(sink: RadioSink): () => void {
    this.#sink = sink;
    return () => {
      this.#sink = undefined;
    };
  }

  get attached(): boolean {
    return this.#sink !== undefined;
  }

  async run(step: RadioStep): Promise<void> {
    await Promise.resolve();
    this.scope.check();
    this.steps.push(step);
    const status = this.refusals.get(step.op)?.shift() ?? this.#carryOut(step);
    await (this.slowAnswers.get(step.op) ?? Promise.resolve());
    if (status !== 0)
      throw new HciError(`the controller refused ${step.op}: ${describeStatus(status)}`, status, 0);
  }

  #disallowed(why: string): number {
    this.faults.push(why);
    return COMMAND_DISALLOWED;
  }

  #carryOut(step: RadioStep): number {
    switch (step.op) {
      case 'setRandomAddress': {
        const advertises = !this.abilities.extended && this.enabled.size > 0;
        if (advertises || this.scanning || this.initiating !== undefined)
          return this.#disallowed('address in use');
        this.randomAddress = step.address;
        return 0;
      }
      case 'clearAcceptList':
      case 'addToAcceptList':
      case 'removeFromAcceptList':
        return this.#editAcceptList(step);
      case 'clearResolvingList':
      case 'addToResolvingList':
      case 'removeFromResolvingList':
        return this.#editResolvingList(step);
      case 'setAddressResolution':
        if (this.#inUse) return this.#disallowed('resolution while in use');
        this.resolution = step.enable;
        return 0;
      case 'setScanParameters':
        if (this.scanning) return this.#disallowed('scan parameters while scanning');
        this.scanFiltered = step.filtered;
        return 0;
      case 'enableScan':
        if (this.initiating !== undefined && !this.scansWhileInitiating) return COMMAND_DISALLOWED;
        this.scanning = true;
        return 0;
      case 'disableScan':
        this.scanning = false;
        return 0;
      case 'initiate':
        return this.#initiate(step);
      case 'cancelInitiating':
        if (this.initiating === undefined) return COMMAND_DISALLOWED;
        if (!this.cancelLies) this.failAttempt(UNKNOWN_CONNECTION_IDENTIFIER);
        return 0;
      case 'setAdvertisingParameters':
        if (this.enabled.has(step.handle)) return this.#disallowed('advertising parameters while enabled');
        this.filteredSets.delete(step.handle);
        if (step.filtered) this.filteredSets.add(step.handle);
        return 0;
      case 'setAdvertisingSetAddress':
        return 0;
      case 'setAdvertisingData':
        this.data.set(step.handle, step.data);
        return 0;
      case 'setScanResponseData':
        this.responses.set(step.handle, step.data);
        return 0;
      case 'enableAdvertising':
        if (this.initiating !== undefined && !this.advertisesWhileInitiating) return COMMAND_DISALLOWED;
        this.enabled.add(step.handle);
        return 0;
      case 'disableAdvertising':
        this.enabled.delete(step.handle);
        return 0;
      case 'removeAdvertisingSet':
        return this.enabled.has(step.handle) ? this.#disallowed('set removed while enabled') : 0;
    }
  }

  #initiate(step: Extract<RadioStep, { op: 'initiate' }>): number {
    if (this.initiating !== undefined) return COMMAND_DISALLOWED;
    if (this.scanning && !this.scansWhileInitiating) return COMMAND_DISALLOWED;
    if (this.enabled.size > 0 && !this.advertisesWhileInitiating) return COMMAND_DISALLOWED;
    this.initiating = step;
    return 0;
  }

  get #inUse(): boolean {
    return this.scanning || this.initiating !== undefined || this.enabled.size > 0;
  }

  #editResolvingList(step: RadioStep): number {
    if (this.resolution && this.#inUse) return this.#disallowed('resolving list in use');
    if (step.op === 'clearResolvingList') this.resolvingList = [];
    if (step.op === 'removeFromResolvingList') {
      this.resolvingList = this.resolvingList.filter((entry) => entry !== step.entry);
    }
    if (step.op === 'addToResolvingList') {
      if (this.resolvingList.length >= this.resolvingListRoom) return 0x07;
      this.resolvingList.push(step.entry);
    }
    return 0;
  }

  #editAcceptList(step: RadioStep): number {
    const initiates = this.initiating !== undefined && this.initiating.want.peers.length > 1;
    const advertises = [...this.enabled].some((handle) => this.filteredSets.has(handle));
    if (initiates || advertises || (this.scanning && this.scanFiltered)) {
      return this.#disallowed('accept list in use');
    }
    if (step.op === 'clearAcceptList') this.acceptList = [];
    if (step.op === 'removeFromAcceptList') {
      this.acceptList = this.acceptList.filter(({ address }) => address !== step.peer.address);
    }
    if (step.op === 'addToAcceptList') {
      if (this.acceptList.length >= this.acceptListSize) return 0x07;
      this.acceptList.push(step.peer);
    }
    return 0;
  }

  drop(link: AclLink): void {
    this.dropped.push(link);
  }

  attemptFailed(status: number, peers: readonly Peer[]): Error {
    const whom = peers.map(({ address }) => address).join(', ');
    return new HciError(`connecting to ${whom} failed: ${describeStatus(status)}`, status, 0x200d);
  }

  /** Connection Complete with an error. */
  failAttempt(status: number): void {
    if (status !== ADVERTISING_TIMEOUT) this.initiating = undefined;
    this.#sink?.connection({ status, up: undefined });
  }

  /** A link comes up. */
  linkUp(role: 'central' | 'peripheral', peer: Peer, more: Partial<LinkUp> = {}): FakeAclLink {
    const link = new FakeAclLink(27, this.#nextHandle++);
    this.links.push(link);
    if (role === 'central') this.initiating = undefined;
    else if (!this.abilities.extended) this.enabled.clear();
    const up: LinkUp = {
      link,
      role,
      peer,
      peerResolvableAddress: undefined,
      ownResolvableAddress: undefined,
      parameters: { intervalMs: 30, peripheralLatency: 0, supervisionTimeoutMs: 4000 },
      ...more,
    };
    this.#sink?.connection({ status: 0, up });
    return link;
  }

  setTerminated(handle: number, connectionHandle?: number): void {
    this.enabled.delete(handle);
    this.#sink?.setTerminated(handle, connectionHandle);
  }

  advertisingTimedOut(): void {
    this.enabled.clear();
    this.failAttempt(ADVERTISING_TIMEOUT);
  }

  /** One event with legacy reports; its bytes are spoilt afterwards. */
  report(...reports: readonly FakeReport[]): void {
    const packet = HciEvent.leAdvertisingReport.encode({
      reports: reports.map(({ from, eventType = 0, rssi = -50, data = [] }) => ({
        eventType,
        addressType: addressTypeToHci(from.type),
        address: from.address,
        data: Uint8Array.from(data),
        rssi,
      })),
    });
    this.#cursor.legacy(packet);
    this.#sink?.reports(this.#cursor);
    packet.fill(0xee);
  }

  reportExtended(...reports: readonly FakeExtendedReport[]): void {
    const packet = HciEvent.leExtendedAdvertisingReport.encode({
      reports: reports.map(({ from, eventType = 0x13, rssi = -50, data = [], sid = 0xff, addressType }) => ({
        eventType,
        addressType: addressType ?? addressTypeToHci(from.type),
        address: from.address,
        primaryPhy: 1,
        secondaryPhy: 0,
        advertisingSid: sid,
        txPower: 127,
        rssi,
        periodicAdvertisingInterval: 0,
        directAddressType: 0,
        directAddress: parseAddress('00:00:00:00:00:00'),
        data: Uint8Array.from(data),
      })),
    });
    this.#cursor.extended(packet);
    this.#sink?.reports(this.#cursor);
    packet.fill(0xee);
  }

  /** Any bytes as an event with reports. */
  reportBytes(kind: 'legacy' | 'extended', packet: Uint8Array): void {
    if (kind === 'legacy') this.#cursor.legacy(packet);
    else this.#cursor.extended(packet);
    this.#sink?.reports(this.#cursor);
  }

  /** The transport is gone, and every link with it. */
  lose(): void {
    const error = new TransportError('the connection to the controller was lost');
    this.scope.end(error);
    for (const { scope } of this.links) scope.end(error);
  }
}

export interface RadioBench {
  readonly fake: FakeRadio;
  readonly radio: Radio;
  readonly clock: ManualClock;
  /** Lets what is under way come to rest. */
  settle(): Promise<void>;
  /** Ends everything, so that the check for leftovers finds nothing. */
  end(): void;
}

export const radioBench = (
  abilities: Partial<RadioAbilities> = {},
  shown: OwnAddresses | (() => OwnAddress) = () => own,
  identify?: (peer: Peer) => Peer,
): RadioBench => {
  const fake = new FakeRadio(abilities);
  const radio = new Radio({
    controller: fake,
    own: typeof shown === 'function' ? alwaysAs(shown) : shown,
    identify,
  });
  return { fake, radio, clock: fake.clock, settle: () => fake.clock.advance(0), end: () => fake.lose() };
};

import type { Address, AddressType } from '../../core/address.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type { AclLink } from '../../hci/acl-link.ts';
import type { AdvertisingReportCursor } from '../../hci/codec/advertising-report.ts';
import type { RadioStep } from './radio-plan.ts';

/** An address with its type: what the controller knows a peer by. */
export interface Peer {
  readonly address: Address;
  readonly type: AddressType;
}

export const samePeer = (a: Peer, b: Peer): boolean => a.address === b.address && a.type === b.type;

/** An address of this host. */
export interface OwnAddress {
  readonly type: AddressType;
  readonly address: Address;
}

/** The addresses that this host shows, by what shows them. Asked for each time the radio is planned. */
export interface OwnAddresses {
  /** Of connection requests, and of what is not heard. */
  readonly initiating: OwnAddress;
  /** Of scan requests. */
  readonly scanning: OwnAddress;
  /** Of an advertising set. */
  advertising(handle: number): OwnAddress;
  /** Nothing is shown until an address is asked for again. */
  rest?(): void;
}

/** Whom the controller is to know behind private addresses: an entry of its resolving list. A new object means a new entry. */
export interface ResolvingEntry {
  /** The peer's identity. */
  readonly peer: Peer;
  /** Both keys have 16 octets, the most significant first. */
  readonly peerIrk: Uint8Array;
  /** All zero where this host shows its identity. */
  readonly localIrk: Uint8Array;
}

/** Parameters of a link as the controller reports them. */
export interface LinkParameters {
  readonly intervalMs: number;
  /** Connection events that the peripheral may skip. */
  readonly peripheralLatency: number;
  readonly supervisionTimeoutMs: number;
}

/** A link that has just come up, with all that LE (Enhanced) Connection Complete says about it (Vol 4, Part E, 7.7.65.1 and 7.7.65.10). */
export interface NewLink {
  readonly link: AclLink;
  readonly role: 'central' | 'peripheral';
  /** The identity address where the controller has resolved it, else what was on the air. */
  readonly peer: Peer;
  /** The address that the peer used on the air where the controller has resolved it: what pairing computes with. */
  readonly peerResolvableAddress: Address | undefined;
  /** The address that this end used: what pairing computes with. */
  readonly own: OwnAddress;
  readonly parameters: LinkParameters;
}

/** A new link before it is known whose it is: `own` is there where the controller itself chose a resolvable private address. */
export interface LinkUp extends Omit<NewLink, 'own'> {
  readonly ownResolvableAddress: Address | undefined;
}

/** Whether a link is one to this peer, under its identity or under the address that was on the air. */
export const isPeerOf = (link: Pick<NewLink, 'peer' | 'peerResolvableAddress'>, peer: Peer): boolean =>
  samePeer(link.peer, peer) || (link.peerResolvableAddress === peer.address && peer.type === 'random');

/** A Connection Complete, good or bad: `up` is there where it is good. */
export interface ConnectionOutcome {
  readonly status: number;
  readonly up: LinkUp | undefined;
}

/** What a controller can do, read once. */
export interface RadioAbilities {
  /** Driven by the extended commands for all of advertising, scanning and initiating; else by the legacy ones (Vol 4, Part E, 3.1.1). */
  readonly extended: boolean;
  readonly advertisingSets: number;
  /** Peers that the accept list holds; 0 where it cannot be used. */
  readonly acceptListSize: number;
  /** Peers that the controller can know behind private addresses; 0 where it cannot, or not without refusing those that show their identity. */
  readonly resolvingListSize: number;
  /** False where LE Read Supported States says that scanning must pause for initiating. */
  readonly scanWhileInitiating: boolean;
}

/** What the controller tells of its own accord. */
export interface RadioSink {
  /** The advertising reports of one event. The cursor stands before the first, and is valid until the call returns. */
  reports(reports: AdvertisingReportCursor): void;
  connection(outcome: ConnectionOutcome): void;
  /** LE Advertising Set Terminated (Vol 4, Part E, 7.7.65.18); without `connectionHandle` where its time was over. */
  setTerminated(advertisingHandle: number, connectionHandle: number | undefined): void;
}

/** The side of a controller that the arbiter of the radio drives. */
export interface RadioController {
  readonly clock: Clock;
  /** Ends when the controller is gone. */
  readonly scope: WaitScope;
  readonly log: Log;
  readonly abilities: RadioAbilities;
  /** Runs one step. Resolves when the command is complete, or for a connection attempt when it has begun. Rejects with HciError. */
  run(step: RadioStep): Promise<void>;
  /** Ends a link that nobody wants: Remote User Terminated Connection. Never rejects. */
  drop(link: AclLink): void;
  /** The error of a connection attempt that Connection Complete has ended with `status`. */
  attemptFailed(status: number, peers: readonly Peer[]): Error;
  /** Begins delivery. The function returned ends it. */
  attach(sink: RadioSink): () => void;
}

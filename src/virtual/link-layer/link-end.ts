import { ACL_HEADER_LENGTH } from '../../hci/codec/acl.ts';
import { Phy } from '../propagation.ts';
import type { ControlPdu } from './control-pdu.ts';
import { DataLength } from './data-length.ts';
import type { DeviceAddress } from './device-address.ts';
import { dataFlows } from './encryption.ts';
import type { Identified } from './identities.ts';
import type { Link } from './link.ts';
import type { LinkOwner } from './link-owner.ts';
import { LinkProcedures } from './procedures.ts';

export type LinkRole = 'central' | 'peripheral';

/** An HCI ACL packet of the host, of which the octets before `at` have been sent. */
interface Outgoing {
  readonly packet: Uint8Array;
  at: number;
  readonly first: boolean;
}

/** What became of a turn to send: `idle` has nothing to send, `blocked` waits for room at the other side. */
export type Turn = 'sent' | 'idle' | 'blocked' | 'lost';

export interface LinkEndOptions {
  readonly link: Link;
  readonly owner: LinkOwner;
  readonly role: LinkRole;
  readonly own: DeviceAddress;
  /** As the peer is called on the air. */
  readonly peerOnAir: DeviceAddress;
  readonly handle: number;
}

/** One side of a link: its queues, what it may send now, and its share of the link's state. */
export class LinkEnd {
  readonly link: Link;
  readonly owner: LinkOwner;
  readonly role: LinkRole;
  readonly own: DeviceAddress;
  readonly peerOnAir: DeviceAddress;
  /** The peer as its host knows it. */
  readonly peer: Identified;
  readonly handle: number;
  readonly procedures: LinkProcedures;
  readonly lengths: DataLength;
  txPhy: number = Phy.le1M;
  rxPhy: number = Phy.le1M;
  /** When this side last heard the other. */
  lastHeardMs: number;
  open = true;
  readonly #control: ControlPdu[] = [];
  readonly #data: Outgoing[] = [];
  #taken = 0;

  constructor(options: LinkEndOptions) {
    this.link = options.link;
    this.owner = options.owner;
    this.role = options.role;
    this.own = options.own;
    this.peerOnAir = options.peerOnAir;
    this.peer = options.owner.identities.identify(options.peerOnAir) ?? {
      device: options.peerOnAir,
      resolved: false,
    };
    this.handle = options.handle;
    this.lastHeardMs = options.link.medium.clock.now();
    this.lengths = new DataLength(options.owner);
    this.procedures = new LinkProcedures(this);
  }

  get other(): LinkEnd {
    return this.role === 'central' ? this.link.peripheral : this.link.central;
  }

  get encrypted(): boolean {
    return this.procedures.encryption.phase === 'on';
  }

  /** Whether anything waits to be sent. */
  get pending(): boolean {
    return this.#control.length > 0 || (this.#data.length > 0 && this.#mayData());
  }

  /** Host packets that the peer has not taken whole. */
  get unacknowledged(): number {
    return this.#data.length;
  }

  /** Takes a whole HCI ACL packet of the host, which has been checked. */
  send(packet: Uint8Array, first: boolean): void {
    this.#data.push({ packet, at: ACL_HEADER_LENGTH, first });
    this.link.kick();
  }

  sendControl(pdu: ControlPdu): void {
    if (!this.open) return;
    this.#control.push(pdu);
    this.link.kick();
  }

  #mayData(): boolean {
    return dataFlows(this.procedures.encryption);
  }

  /** Octets on the air of what would be sent next, for its airtime. */
  nextLength(): number {
    if (this.#control.length > 0) return CONTROL_PDU_LENGTH;
    const next = this.#data[0];
    if (next === undefined || !this.#mayData()) return 0;
    const left = next.packet.length - next.at;
    return Math.min(left, this.lengths.fragmentLength(this.txPhy)) + (this.encrypted ? MIC_LENGTH : 0);
  }

  /** Sends one packet to the other side, if there is one and it arrives. */
  turn(arrives: boolean): Turn {
    const control = this.#control[0];
    if (control !== undefined) {
      // What was handed over before a disconnect still goes out where the peer takes it.
      const dataFirst = control.op === 'terminateInd' && this.#data.length > 0 && this.#mayData();
      if (!dataFirst || !this.other.owner.takesData(this.other)) {
        if (!arrives) return 'lost';
        this.#control.shift();
        this.other.procedures.received(control);
        this.procedures.delivered(control);
        return 'sent';
      }
    }
    return this.#sendData(arrives);
  }

  #sendData(arrives: boolean): Turn {
    const next = this.#data[0];
    if (next === undefined || !this.#mayData()) return 'idle';
    const { other } = this;
    if (!other.owner.takesData(other)) return 'blocked';
    if (!arrives) return 'lost';
    const { packet } = next;
    const end = Math.min(packet.length, next.at + this.lengths.fragmentLength(this.txPhy));
    let payload = packet.subarray(next.at, end);
    const fault = this.link.medium.faults.data?.({
      from: this.owner.station,
      to: other.owner.station,
      payload,
    });
    if (fault === 'drop') return 'lost';
    if (fault === 'corrupt') {
      if (this.encrypted) {
        this.link.micFailed();
        return 'sent';
      }
      payload = corrupted(payload);
    }
    const first = next.first && next.at === ACL_HEADER_LENGTH;
    next.at = end;
    if (end === packet.length) {
      this.#data.shift();
      this.#taken++;
    }
    other.owner.data(other, payload, first);
    return 'sent';
  }

  /** Tells the host what the peer has taken since the last event of the link. */
  acknowledge(): void {
    if (this.#taken === 0) return;
    const taken = this.#taken;
    this.#taken = 0;
    if (this.open) this.owner.acknowledged(this, taken);
  }

  /** Ends this side. Idempotent. What is queued is dropped; its buffers are the host's again (Vol 4, Part E, 4.1.1). */
  close(reason: number): void {
    if (!this.silence()) return;
    this.owner.linkDown(this, reason);
  }

  /** As close, but nobody is told: the controller was reset. */
  silence(): boolean {
    if (!this.open) return false;
    this.open = false;
    this.#control.length = 0;
    this.#data.length = 0;
    this.procedures.stop();
    this.link.endClosed(this);
    return true;
  }
}

const CONTROL_PDU_LENGTH = 27;
const MIC_LENGTH = 4;

const corrupted = (payload: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(payload);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 0xff;
  return copy;
};

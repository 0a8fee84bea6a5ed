import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import type { AclLink } from '../hci/acl-link.ts';
import type { ConnectionParameters } from './connection-parameters.ts';
import { CreditChannels } from './credit-channels.ts';
import type { CreditListener } from './credit-terms.ts';
import { type FixedChannel, FixedCid } from './fixed-channel.ts';
import { SignallingCode } from './l2cap-codes.ts';
import { type L2capCounterName, makeL2capCounters } from './l2cap-counters.ts';
import { Recombination } from './recombination.ts';
import { sendPdu } from './send-pdu.ts';
import { type ConnectionParameterPolicy, SIGNALLING_MTU, Signalling } from './signalling.ts';

/** The longest PDU of ATT: the largest ATT_MTU that is ever offered. */
const DEFAULT_ATT_MTU = 517;
/** The MTU of the Security Manager with LE Secure Connections (Vol 3, Part H, 3.2). */
const SMP_MTU = 65;

export interface L2capLinkOptions {
  readonly acl: AclLink;
  /** Of this side. */
  readonly role: 'central' | 'peripheral';
  readonly clock: Clock;
  readonly log: Log;
  /** Whom the link leads to, for messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  /** The longest PDU that the ATT channel takes: at least what the bearer offers as its MTU. 517 unless given. */
  readonly attMtu?: number | undefined;
  /** Whoever takes channels to that SPSM now. Nobody unless given. */
  readonly listenerOf?: ((spsm: number) => CreditListener | undefined) | undefined;
  /** False: commands about channels are answered as by a host that knows no such thing. True unless given. */
  readonly hasChannels?: boolean | undefined;
}

/** The commands of both credit-based modes that ask for something (Vol 3, Part A, Table 4.2). */
const channelCommands = [
  SignallingCode.disconnectionRequest,
  SignallingCode.leCreditBasedConnectionRequest,
  SignallingCode.flowControlCreditIndication,
  SignallingCode.creditBasedConnectionRequest,
  SignallingCode.creditBasedReconfigureRequest,
] as const;

class Channel<Cid extends FixedCid> implements FixedChannel {
  readonly cid: Cid;
  readonly mtu: number;
  readonly #acl: AclLink;
  receiver: ((payload: Uint8Array) => void) | undefined;

  constructor(acl: AclLink, cid: Cid, mtu: number) {
    this.#acl = acl;
    this.cid = cid;
    this.mtu = mtu;
  }

  get scope(): WaitScope {
    return this.#acl.scope;
  }

  send(packet: Uint8Array, options?: WaitOptions): Promise<void> {
    return sendPdu(this.#acl, this.cid, packet, options);
  }
}

/**
 * L2CAP of one LE link: its fixed channels, its signalling and its credit-based channels. Set the receivers of `att` and `smp`, then call start().
 */
export class L2capLink {
  /** Fixed channel 0x0004. */
  readonly att: FixedChannel;
  /** Fixed channel 0x0006. */
  readonly smp: FixedChannel;
  /** The channels that are opened and closed. */
  readonly credit: CreditChannels;
  readonly #options: L2capLinkOptions;
  readonly #counters = makeL2capCounters();
  readonly #channels: ReadonlyMap<number, Channel<FixedCid>>;
  readonly #signalling: Signalling;

  constructor(options: L2capLinkOptions) {
    const { acl, role, clock, log, peer } = options;
    this.#options = options;
    const att = new Channel(acl, FixedCid.att, options.attMtu ?? DEFAULT_ATT_MTU);
    const signalling = new Channel(acl, FixedCid.signalling, SIGNALLING_MTU);
    const smp = new Channel(acl, FixedCid.smp, SMP_MTU);
    this.att = att;
    this.smp = smp;
    this.#channels = new Map<number, Channel<FixedCid>>(
      [att, signalling, smp].map((channel) => [channel.cid, channel]),
    );
    this.#signalling = new Signalling({
      channel: signalling,
      role,
      clock,
      log,
      peer,
      counters: this.#counters,
    });
    this.credit = new CreditChannels({
      acl,
      signalling: this.#signalling,
      clock,
      log,
      peer,
      counters: this.#counters,
      listenerOf: options.listenerOf ?? (() => undefined),
    });
    if (options.hasChannels === false) this.#signalling.disclaim(channelCommands);
    acl.scope.add((error) => {
      acl.receiver = undefined;
      this.#signalling.end();
      this.credit.end(error);
    });
  }

  /** The link's: it ends with DisconnectedError, or with TransportError. */
  get scope(): WaitScope {
    return this.#options.acl.scope;
  }

  /** A snapshot. */
  get counters(): Readonly<Record<L2capCounterName, number>> {
    return this.#counters.all();
  }

  /** As central: what becomes of requests for other connection parameters. Without one they are refused. */
  set parameterPolicy(policy: ConnectionParameterPolicy | undefined) {
    this.#signalling.parameterPolicy = policy;
  }

  /** Begins to receive: what came before is handed over now. */
  start(): void {
    const { acl } = this.#options;
    if (acl.scope.error !== undefined) return;
    const recombination = new Recombination({
      mtuOf: (cid) => this.#channels.get(cid)?.mtu ?? this.credit.lengthOf(cid),
      pdu: (cid, payload) => this.#deliver(cid, payload),
      oversized: (cid, head) => {
        if (cid === FixedCid.signalling) this.#signalling.oversized(head);
        else this.credit.oversized(cid);
      },
      fault: (fault) => this.#counters.add(fault),
    });
    acl.receiver = (fragment, first) => recombination.push(fragment, first);
  }

  /**
   * As peripheral: asks the central for other connection parameters (Vol 3, Part A, 4.20). Resolves when the central accepts; the update follows
   * by itself. Rejects with L2capError where it refuses, with InvalidArgumentError where a parameter is out of range, with InvalidStateError as
   * central. Waits 30 s at the longest.
   */
  requestConnectionParameters(parameters: ConnectionParameters, wait: WaitOptions = {}): Promise<void> {
    return this.#signalling.requestConnectionParameters(parameters, wait);
  }

  #deliver(cid: number, payload: Uint8Array): void {
    const receiver = this.#channels.get(cid)?.receiver;
    try {
      if (receiver !== undefined) receiver(payload);
      else if (!this.credit.receive(cid, payload)) this.#counters.add('unheardPdus');
    } catch (error) {
      const { log, peer } = this.#options;
      this.#counters.add('receiverErrors');
      log.write('error', 'l2cap', () => {
        const name = `0x${cid.toString(16).padStart(4, '0')}`;
        return `the receiver of channel ${name} of the link to ${peer} failed: ${String(error)}`;
      });
    }
  }
}

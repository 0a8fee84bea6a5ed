import type { Clock } from '../core/clock.ts';
import { InvalidStateError, L2capError, MalformedPduError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { AclLink } from '../hci/acl-link.ts';
import { ChannelTable, MAX_CREDIT_CHANNELS } from './channel-table.ts';
import * as commands from './codec/signalling.ts';
import type { CreditChannel, CreditLink } from './credit-channel.ts';
import { CreditResult, describeCreditResult, isDynamicCid, SDU_LENGTH_SIZE } from './credit-codes.ts';
import type { CreditEnd, CreditTerms } from './credit-machine.ts';
import {
  areSizes,
  type CreditListener,
  checkMtu,
  checkSpsm,
  creditTerms,
  hex16 as hex,
} from './credit-terms.ts';
import { EnhancedChannels } from './enhanced-channels.ts';
import { SignallingCode } from './l2cap-codes.ts';
import type { L2capCounters } from './l2cap-counters.ts';
import { Reconfiguration } from './reconfiguration.ts';
import { sendPdu } from './send-pdu.ts';
import type { Signalling } from './signalling.ts';

const CONNECT_TIMEOUT_MS = 1_000;

/** K-frames and credit indications wait for room as long as the link lasts: what has a number must not be lost. */
const PATIENTLY: WaitOptions = { timeoutMs: Number.POSITIVE_INFINITY };

export interface CreditChannelsOptions {
  readonly acl: AclLink;
  readonly signalling: Signalling;
  readonly clock: Clock;
  readonly log: Log;
  readonly peer: string;
  readonly counters: L2capCounters;
  /** Whoever listens to that SPSM now. */
  readonly listenerOf: (spsm: number) => CreditListener | undefined;
}

const nothing = { mtu: 0, mps: 0, initialCredits: 0 } as const;

/** The credit-based channels of one link (Vol 3, Part A, 4.22 to 4.24 and 10.1). */
export class CreditChannels {
  readonly #options: CreditChannelsOptions;
  /** Those that are opened several at a time. */
  readonly enhanced: EnhancedChannels;
  readonly #table: ChannelTable;
  readonly #reconfiguration: Reconfiguration;

  constructor(options: CreditChannelsOptions) {
    this.#options = options;
    const { acl, signalling, clock, peer } = options;
    const link: CreditLink = {
      clock,
      peer,
      sendFrame: (remoteCid, packet) => sendPdu(acl, remoteCid, packet, PATIENTLY),
      sendCredits: (cid, credits) =>
        signalling.indicate(commands.FlowControlCreditIndication, { cid, credits }),
      requestDisconnection: (localCid, remoteCid) => this.#requestDisconnection(localCid, remoteCid),
      reconfigure: (channel, sizes, wait) => this.#reconfiguration.request([channel], sizes, wait),
      ended: (end) => this.#ended(end),
      released: (localCid) => this.#table.delete(localCid),
    };
    this.#table = new ChannelTable(link);
    this.enhanced = new EnhancedChannels({ ...options, table: this.#table });
    this.#reconfiguration = new Reconfiguration({ ...options, table: this.#table });
    signalling.handle(SignallingCode.leCreditBasedConnectionRequest, (identifier, data) =>
      this.#connectionRequest(identifier, data),
    );
    signalling.handle(SignallingCode.flowControlCreditIndication, (identifier, data) =>
      this.#creditIndication(identifier, data),
    );
    signalling.handle(SignallingCode.disconnectionRequest, (identifier, data) =>
      this.#disconnectionRequest(identifier, data),
    );
  }

  /** The longest payload that the channel takes, or undefined where there is no such channel. */
  lengthOf(cid: number): number | undefined {
    const channel = this.#table.get(cid);
    return channel === undefined ? undefined : channel.mps + SDU_LENGTH_SIZE;
  }

  /** Gives false where there is no such channel. */
  receive(cid: number, payload: Uint8Array): boolean {
    const channel = this.#table.get(cid);
    channel?.receive(payload);
    return channel !== undefined;
  }

  oversized(cid: number): void {
    this.#table.get(cid)?.oversized();
  }

  /**
   * Opens a channel to what the peer has at that SPSM. Default deadline 1 s. Rejects with L2capError where the peer refuses or does not know such
   * channels, with InvalidStateError where there are too many. A channel that comes when the caller has given up is closed again.
   */
  async connect(spsm: number, mtu: number, wait: WaitOptions): Promise<CreditChannel> {
    const { clock, acl, peer } = this.#options;
    checkSpsm(spsm);
    checkMtu(mtu);
    const what = `opening an L2CAP channel to SPSM ${hex(spsm)} of ${peer}`;
    return procedure<CreditChannel>(
      {
        what,
        clock,
        scope: acl.scope,
        defaultTimeoutMs: CONNECT_TIMEOUT_MS,
        timeoutMs: wait.timeoutMs,
        signal: wait.signal,
        hint: () => 'the peer did not respond',
      },
      (settle) => {
        let isGivenUp = false;
        this.#open(what, spsm, mtu).then((channel) => {
          if (isGivenUp) channel.close('closedHere');
          else settle.resolve(channel);
        }, settle.reject);
        return () => {
          isGivenUp = true;
        };
      },
    );
  }

  /** The link ended. */
  end(error: Error): void {
    this.#table.end(error);
  }

  async #open(what: string, spsm: number, mtu: number): Promise<CreditChannel> {
    const localCid = this.#table.offer();
    if (localCid === undefined) {
      throw new InvalidStateError(`${what}: the link has ${MAX_CREDIT_CHANNELS} channels already; close one`);
    }
    const terms = creditTerms(mtu);
    const { mps, window } = terms;
    try {
      return await this.#options.signalling.request(
        {
          what,
          responseCode: SignallingCode.leCreditBasedConnectionResponse,
          accept: (data) => this.#opened(what, { spsm, localCid, terms }, data),
        },
        commands.LeCreditBasedConnectionRequest,
        { spsm, sourceCid: localCid, mtu, mps, initialCredits: window },
        PATIENTLY,
      );
    } finally {
      this.#table.withdraw(localCid);
    }
  }

  /** The response: the channel is there before the peer's next PDU is looked at. */
  #opened(
    what: string,
    offer: { readonly spsm: number; readonly localCid: number; readonly terms: CreditTerms },
    data: Uint8Array,
  ): CreditChannel {
    const response = commands.LeCreditBasedConnectionResponse.decode(data);
    const { result, destinationCid, mtu, mps, initialCredits } = response;
    if (result !== CreditResult.success) {
      throw new L2capError(`${what}: the peer refused (${describeCreditResult(result)})`, result);
    }
    if (!isDynamicCid(destinationCid)) {
      throw new MalformedPduError(`${what}: the peer gave channel ${hex(destinationCid)}, which is none`);
    }
    const twin = this.#table.withRemote(destinationCid);
    const channel = this.#table.add({
      ...offer,
      remoteCid: destinationCid,
      peerMtu: mtu,
      peerMps: mps,
      credits: initialCredits,
    });
    if (twin !== undefined) {
      twin.close('duplicateCid');
      channel.close('duplicateCid');
      throw new MalformedPduError(`${what}: the peer gave channel ${hex(destinationCid)}, which is in use`);
    }
    if (!areSizes(mtu, mps)) {
      channel.close('badResponse');
      throw new MalformedPduError(`${what}: the peer takes SDUs of ${mtu} and frames of ${mps} octets`);
    }
    return channel;
  }

  #connectionRequest(identifier: number, data: Uint8Array): void {
    const request = commands.LeCreditBasedConnectionRequest.decode(data);
    const { spsm, sourceCid, mtu, mps, initialCredits } = request;
    const { signalling, listenerOf, counters } = this.#options;
    const listener = listenerOf(spsm);
    const result = this.#judge(listener, sourceCid, areSizes(mtu, mps));
    const localCid = result === CreditResult.success ? this.#table.offer() : undefined;
    if (listener === undefined || localCid === undefined) {
      counters.add('refusedChannels');
      const response = { destinationCid: 0, ...nothing, result };
      signalling.answer(commands.LeCreditBasedConnectionResponse, identifier, response);
      return;
    }
    const terms = creditTerms(listener.mtu);
    const isSent = signalling.answer(commands.LeCreditBasedConnectionResponse, identifier, {
      destinationCid: localCid,
      mtu: terms.mtu,
      mps: terms.mps,
      initialCredits: terms.window,
      result,
    });
    this.#table.withdraw(localCid);
    if (!isSent) return;
    listener.opened(
      this.#table.add({
        spsm,
        localCid,
        remoteCid: sourceCid,
        terms,
        peerMtu: mtu,
        peerMps: mps,
        credits: initialCredits,
      }),
    );
  }

  /** The first result of table 4.17 that applies, in its order. */
  #judge(listener: CreditListener | undefined, sourceCid: number, isAcceptable: boolean): number {
    if (listener === undefined) return CreditResult.spsmNotSupported;
    if (listener.isEnhancedOnly === true) return CreditResult.spsmNotSupported;
    if (this.#table.room === 0 || listener.room === 0) return CreditResult.noResources;
    const admitted = listener.admit();
    if (admitted !== CreditResult.success) return admitted;
    if (!isDynamicCid(sourceCid)) return CreditResult.invalidSourceCid;
    if (this.#table.withRemote(sourceCid) !== undefined) return CreditResult.sourceCidAlreadyAllocated;
    return isAcceptable ? CreditResult.success : CreditResult.unacceptableParameters;
  }

  #creditIndication(identifier: number, data: Uint8Array): void {
    const { cid, credits } = commands.FlowControlCreditIndication.decode(data);
    const channel = this.#table.withRemote(cid);
    if (channel === undefined) this.#options.signalling.rejectCids(identifier, 0, cid);
    else channel.credits(credits);
  }

  #disconnectionRequest(identifier: number, data: Uint8Array): void {
    const { destinationCid, sourceCid } = commands.DisconnectionRequest.decode(data);
    const { signalling, counters } = this.#options;
    const channel = this.#table.get(destinationCid);
    if (channel === undefined) {
      signalling.rejectCids(identifier, destinationCid, sourceCid);
    } else if (channel.remoteCid !== sourceCid) {
      // Half a match is discarded without an answer (Vol 3, Part A, 4.6).
      counters.add('strayDisconnections');
    } else {
      signalling.answer(commands.DisconnectionResponse, identifier, { destinationCid, sourceCid });
      channel.peerCloses();
    }
  }

  #requestDisconnection(localCid: number, remoteCid: number): Promise<void> {
    const { signalling, peer } = this.#options;
    return signalling.request(
      {
        what: `closing L2CAP channel ${hex(localCid)} of ${peer}`,
        responseCode: SignallingCode.disconnectionResponse,
        // At once: the peer may use its identifier again in the very next command.
        accept: () => this.#table.get(localCid)?.closeDone(),
      },
      commands.DisconnectionRequest,
      { destinationCid: remoteCid, sourceCid: localCid },
      PATIENTLY,
    );
  }

  #ended(end: CreditEnd): void {
    if (end === 'closedByPeer' || end === 'closedHere' || end === 'linkLost') return;
    this.#options.counters.add('brokenChannels');
    this.#options.log.write(
      'warn',
      'l2cap',
      () => `a channel of the link to ${this.#options.peer} was closed: ${end}`,
    );
  }
}

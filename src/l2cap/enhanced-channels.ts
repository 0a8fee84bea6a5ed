import { readU16 } from '../core/bytes.ts';
import { InvalidArgumentError, InvalidStateError, L2capError, MalformedPduError } from '../core/errors.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { ChannelTable } from './channel-table.ts';
import * as commands from './codec/signalling.ts';
import type { CreditChannel } from './credit-channel.ts';
import type { CreditChannelsOptions } from './credit-channels.ts';
import {
  CreditResult,
  describeCreditResult,
  isDynamicCid,
  MAX_CHANNELS_AT_ONCE,
  MIN_ENHANCED_SIZE,
} from './credit-codes.ts';
import type { CreditTerms } from './credit-machine.ts';
import { areSizes, type CreditListener, checkMtu, checkSpsm, creditTerms, hex16 } from './credit-terms.ts';
import { SignallingCode } from './l2cap-codes.ts';

const CONNECT_TIMEOUT_MS = 1_000;
const PATIENTLY: WaitOptions = { timeoutMs: Number.POSITIVE_INFINITY };

export interface EnhancedChannelsOptions extends CreditChannelsOptions {
  readonly table: ChannelTable;
}

interface Offer {
  readonly spsm: number;
  readonly terms: CreditTerms;
  readonly localCids: readonly number[];
}

/** Results that refuse all channels of a request, whatever identifiers stand beside them (Vol 3, Part A, Table 4.19). */
const refusesAll: ReadonlySet<number> = new Set([
  CreditResult.spsmNotSupported,
  CreditResult.insufficientAuthentication,
  CreditResult.insufficientAuthorization,
  CreditResult.encryptionKeySizeTooShort,
  CreditResult.insufficientEncryption,
  CreditResult.unacceptableParameters,
  CreditResult.invalidParameters,
]);

const RESULT_OFFSET = 6;
const SHORTEST_RESPONSE = 8;

/** Connections pending: another response follows (Vol 3, Part A, Table 4.19). What breaks the format is no such response. */
const isPending = (data: Uint8Array): boolean => {
  const result = readU16(data, RESULT_OFFSET);
  return data.length >= SHORTEST_RESPONSE && data.length % 2 === 0 && result >= 0x000d && result <= 0x000f;
};

/** Opens up to five channels in one request (Vol 3, Part A, 4.25, 4.26 and 10.2). */
export class EnhancedChannels {
  readonly #options: EnhancedChannelsOptions;

  constructor(options: EnhancedChannelsOptions) {
    this.#options = options;
    const { signalling } = options;
    signalling.handle(SignallingCode.creditBasedConnectionRequest, (identifier, data) =>
      this.#connectionRequest(identifier, data),
    );
  }

  /**
   * Asks for `count` channels, and gives those that the peer grants, which may be fewer. Default deadline 1 s. Rejects with L2capError where it grants
   * none. Channels that come when the caller has given up are closed again.
   */
  async connect(
    spsm: number,
    mtu: number,
    count: number,
    wait: WaitOptions,
  ): Promise<readonly CreditChannel[]> {
    const { clock, acl, peer } = this.#options;
    checkSpsm(spsm);
    checkMtu(mtu, MIN_ENHANCED_SIZE);
    if (!Number.isInteger(count) || count < 1 || count > MAX_CHANNELS_AT_ONCE) {
      throw new InvalidArgumentError(`one request opens 1 to ${MAX_CHANNELS_AT_ONCE} channels, not ${count}`);
    }
    const what = `opening ${count} L2CAP channels to SPSM ${hex16(spsm)} of ${peer}`;
    return procedure<readonly CreditChannel[]>(
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
        this.#open(what, spsm, mtu, count).then((channels) => {
          if (!isGivenUp) settle.resolve(channels);
          else for (const channel of channels) channel.close('closedHere');
        }, settle.reject);
        return () => {
          isGivenUp = true;
        };
      },
    );
  }

  async #open(what: string, spsm: number, mtu: number, count: number): Promise<readonly CreditChannel[]> {
    const { table, signalling } = this.#options;
    if (table.room < count)
      throw new InvalidStateError(`${what}: the link has too many channels; close some`);
    const localCids: number[] = [];
    for (
      let cid = table.offer();
      cid !== undefined;
      cid = localCids.length < count ? table.offer() : undefined
    ) {
      localCids.push(cid);
    }
    const terms = creditTerms(mtu);
    const { mps, window } = terms;
    try {
      return await signalling.request(
        {
          what,
          responseCode: SignallingCode.creditBasedConnectionResponse,
          saysPending: isPending,
          accept: (data) => this.#opened(what, { spsm, terms, localCids }, data),
        },
        commands.CreditBasedConnectionRequest,
        { spsm, mtu, mps, initialCredits: window, sourceCids: localCids },
        PATIENTLY,
      );
    } finally {
      for (const cid of localCids) table.withdraw(cid);
    }
  }

  /** The response: the channels are there before the peer's next PDU is looked at. */
  #opened(what: string, { spsm, terms, localCids }: Offer, data: Uint8Array): readonly CreditChannel[] {
    const { table } = this.#options;
    const { mtu, mps, initialCredits, result, destinationCids } =
      commands.CreditBasedConnectionResponse.decode(data);
    const refusal = `${what}: the peer refused (${describeCreditResult(result)})`;
    if (refusesAll.has(result)) throw new L2capError(refusal, result);
    if (destinationCids.length !== localCids.length) {
      throw new MalformedPduError(`${what}: the peer answered for ${destinationCids.length} channels`);
    }
    const channels: CreditChannel[] = [];
    const twins = new Set<CreditChannel>();
    for (const [i, remoteCid] of destinationCids.entries()) {
      const localCid = localCids[i];
      if (localCid === undefined || !isDynamicCid(remoteCid)) continue;
      const twin = table.withRemote(remoteCid);
      const sizes = { peerMtu: mtu, peerMps: mps, credits: initialCredits };
      const channel = table.add({ spsm, localCid, remoteCid, terms, ...sizes, isEnhanced: true });
      channels.push(channel);
      // Neither of two channels with one identifier is of use (Vol 3, Part A, 4.26).
      if (twin !== undefined) twins.add(twin).add(channel);
    }
    const isSound = initialCredits > 0 && areSizes(mtu, mps, MIN_ENHANCED_SIZE);
    for (const channel of twins) channel.close('duplicateCid');
    if (!isSound) for (const channel of channels) channel.close('badResponse');
    const open = channels.filter(({ state }) => state.phase === 'open');
    if (open.length > 0) return open;
    if (channels.length > 0 || result === CreditResult.success) {
      throw new MalformedPduError(`${what}: the peer's response names no channel that can be used`);
    }
    throw new L2capError(refusal, result);
  }

  #connectionRequest(identifier: number, data: Uint8Array): void {
    const { spsm, mtu, mps, initialCredits, sourceCids } = commands.CreditBasedConnectionRequest.decode(data);
    const { listenerOf, counters, table } = this.#options;
    const listener = listenerOf(spsm);
    const isValid = initialCredits > 0 && areSizes(mtu, mps, MIN_ENHANCED_SIZE);
    const refused = this.#refuseAll(listener, isValid);
    if (listener === undefined || refused !== CreditResult.success) {
      counters.add('refusedChannels', sourceCids.length);
      this.#answer(
        identifier,
        undefined,
        refused,
        sourceCids.map(() => 0),
      );
      return;
    }
    const terms = creditTerms(listener.mtu);
    let { room } = listener;
    let result: number = CreditResult.success;
    const localCids = sourceCids.map((sourceCid, i) => {
      const isRepeated = sourceCids.indexOf(sourceCid) !== i || table.withRemote(sourceCid) !== undefined;
      let verdict: number = CreditResult.success;
      if (room === 0 || table.room === 0) verdict = CreditResult.noResources;
      else if (!isDynamicCid(sourceCid)) verdict = CreditResult.invalidSourceCid;
      else if (isRepeated) verdict = CreditResult.sourceCidAlreadyAllocated;
      if (verdict === CreditResult.success) {
        room--;
        return table.offer() ?? 0;
      }
      // Of several reasons the first of the table is told.
      result = result === CreditResult.success ? verdict : Math.min(result, verdict);
      counters.add('refusedChannels');
      return 0;
    });
    if (result === CreditResult.noResources) listener.crowded?.();
    const isSent = this.#answer(identifier, terms, result, localCids);
    for (const [i, localCid] of localCids.entries()) {
      const remoteCid = sourceCids[i];
      if (localCid === 0 || remoteCid === undefined) continue;
      if (!isSent) table.withdraw(localCid);
      else {
        const sizes = { peerMtu: mtu, peerMps: mps, credits: initialCredits };
        listener.opened(table.add({ spsm, localCid, remoteCid, terms, ...sizes, isEnhanced: true }));
      }
    }
  }

  /** What refuses all channels of a request, in the order of table 4.19, or success. */
  #refuseAll(listener: CreditListener | undefined, isValid: boolean): number {
    if (listener === undefined) return CreditResult.spsmNotSupported;
    const admitted = listener.admit();
    if (admitted !== CreditResult.success) return admitted;
    if (listener.mtu < MIN_ENHANCED_SIZE) return CreditResult.unacceptableParameters;
    return isValid ? CreditResult.success : CreditResult.invalidParameters;
  }

  #answer(
    identifier: number,
    terms: CreditTerms | undefined,
    result: number,
    destinationCids: readonly number[],
  ): boolean {
    const { mtu, mps, window } = terms ?? { mtu: 0, mps: 0, window: 0 };
    const response = { mtu, mps, initialCredits: window, result, destinationCids };
    return this.#options.signalling.answer(commands.CreditBasedConnectionResponse, identifier, response);
  }
}

import { InvalidArgumentError, InvalidStateError, L2capError } from '../core/errors.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import * as commands from './codec/signalling.ts';
import type { CreditChannel } from './credit-channel.ts';
import { MIN_ENHANCED_SIZE, ReconfigureResult } from './credit-codes.ts';
import type { CreditTerms } from './credit-machine.ts';
import { areSizes, type CreditSizes, checkMps, checkMtu, creditTerms, hex16 } from './credit-terms.ts';
import type { EnhancedChannelsOptions } from './enhanced-channels.ts';
import { SignallingCode } from './l2cap-codes.ts';

const RECONFIGURE_TIMEOUT_MS = 1_000;
const PATIENTLY: WaitOptions = { timeoutMs: Number.POSITIVE_INFINITY };

/** The terms that channels have after a reconfiguration; throws where the specification forbids it (Vol 3, Part A, 4.27). */
const reconfiguredTerms = (
  what: string,
  channels: readonly CreditChannel[],
  sizes: CreditSizes,
): CreditTerms => {
  for (const channel of channels) {
    channel.scope.check();
    if (!channel.isEnhanced) {
      throw new InvalidStateError(`${what}: ${channel.name} is not one of the enhanced mode`);
    }
  }
  const leastMtu = Math.max(...channels.map(({ mtu }) => mtu));
  const leastMps = Math.max(...channels.map(({ mps }) => mps));
  const { mtu = leastMtu } = sizes;
  checkMtu(mtu, MIN_ENHANCED_SIZE);
  const { mps = Math.max(leastMps, creditTerms(mtu).mps) } = sizes;
  checkMps(mps);
  if (mtu < leastMtu) {
    throw new InvalidArgumentError(`${what}: the MTU can only grow, from ${leastMtu}; it is ${mtu}`);
  }
  if (channels.length > 1 && mps < leastMps) {
    throw new InvalidArgumentError(
      `${what}: the MPS of several channels can only grow, from ${leastMps}; it is ${mps}`,
    );
  }
  return creditTerms(mtu, mps);
};

/** Changes the sizes of channels of the enhanced mode that are open (Vol 3, Part A, 4.27 and 4.28). */
export class Reconfiguration {
  readonly #options: EnhancedChannelsOptions;

  constructor(options: EnhancedChannelsOptions) {
    this.#options = options;
    options.signalling.handle(SignallingCode.creditBasedReconfigureRequest, (identifier, data) =>
      this.#request(identifier, data),
    );
  }

  /**
   * Takes SDUs and frames of other sizes on these channels from now on (Vol 3, Part A, 4.27). Default deadline 1 s. Rejects with L2capError where the peer
   * refuses.
   */
  async request(channels: readonly CreditChannel[], sizes: CreditSizes, wait: WaitOptions): Promise<void> {
    const { clock, acl, peer, signalling } = this.#options;
    const what = `reconfiguring L2CAP channels of ${peer}`;
    const terms = reconfiguredTerms(what, channels, sizes);
    const { mtu, mps } = terms;
    await procedure<void>(
      {
        what,
        clock,
        scope: acl.scope,
        defaultTimeoutMs: RECONFIGURE_TIMEOUT_MS,
        timeoutMs: wait.timeoutMs,
        signal: wait.signal,
        hint: () => 'the peer did not respond',
      },
      (settle) => {
        signalling
          .request(
            {
              what,
              responseCode: SignallingCode.creditBasedReconfigureResponse,
              // Also when the caller has given up: the peer has been told.
              accept: (data) => {
                const { result } = commands.CreditBasedReconfigureResponse.decode(data);
                if (result !== ReconfigureResult.success) {
                  throw new L2capError(`${what}: the peer refused (result ${hex16(result)})`, result);
                }
                for (const channel of channels) channel.terms = terms;
              },
            },
            commands.CreditBasedReconfigureRequest,
            { mtu, mps, destinationCids: channels.map(({ localCid }) => localCid) },
            PATIENTLY,
          )
          .then(settle.resolve, settle.reject);
        return undefined;
      },
    );
  }

  #request(identifier: number, data: Uint8Array): void {
    const { mtu, mps, destinationCids } = commands.CreditBasedReconfigureRequest.decode(data);
    const { signalling, table } = this.#options;
    const channels: CreditChannel[] = [];
    // The identifiers are those of the side that asks.
    for (const cid of destinationCids) {
      const channel = table.withRemote(cid);
      if (channel?.isEnhanced === true) channels.push(channel);
    }
    let result: number = ReconfigureResult.success;
    if (channels.length < destinationCids.length) result = ReconfigureResult.invalidDestinationCid;
    else if (channels.some(({ peerMtu }) => mtu < peerMtu)) result = ReconfigureResult.mtuReduced;
    else if (channels.length > 1 && channels.some(({ peerMps }) => mps < peerMps)) {
      result = ReconfigureResult.mpsReduced;
    } else if (!areSizes(mtu, mps, MIN_ENHANCED_SIZE)) result = ReconfigureResult.unacceptableParameters;
    const isSent = signalling.answer(commands.CreditBasedReconfigureResponse, identifier, { result });
    if (!isSent || result !== ReconfigureResult.success) return;
    for (const channel of channels) channel.peerReconfigured(mtu, mps);
  }
}

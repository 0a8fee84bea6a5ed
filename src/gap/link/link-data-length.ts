import { InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import type { AclLink } from '../../hci/acl-link.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { LeFeature } from '../../hci/codec/features.ts';
import { bestTxLength, SHORTEST_TX } from '../../hci/data-length.ts';
import type { HciController } from '../../hci/hci-controller.ts';

/** How long the Link Layer's data packets on a link may be: octets of payload, and microseconds on the air (Vol 6, Part B, 4.5.10). */
export interface DataLength {
  readonly maxTxOctets: number;
  readonly maxTxTimeUs: number;
  readonly maxRxOctets: number;
  readonly maxRxTimeUs: number;
}

/** What to ask for (Vol 4, Part E, 7.8.33). */
export interface DataLengthRequest {
  /** 27 to 251. */
  readonly txOctets: number;
  /** 328 to 17040; by default what the octets take on 1M. The coded PHY needs up to 17040. */
  readonly txTimeUs?: number | undefined;
}

export interface LinkDataLengthOptions {
  readonly hci: HciController;
  readonly acl: AclLink;
  readonly log: Log;
  /** For messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
}

const LONGEST = { octets: 251, timeUs: 17_040 } as const;
/** Preamble, access address, header, MIC and CRC on 1M (Vol 6, Part B, 2.1), in octets of 8 µs. */
const OVERHEAD_OCTETS = 14;

const check = (what: string, value: number, least: number, most: number): number => {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`${what} is a whole number from ${least} to ${most}; it is ${value}`);
};

/** The length of data packets on one link (Vol 6, Part B, 5.1.9). */
export class LinkDataLength {
  readonly #options: LinkDataLengthOptions;
  #current: DataLength = {
    maxTxOctets: SHORTEST_TX.txOctets,
    maxTxTimeUs: SHORTEST_TX.txTime,
    maxRxOctets: SHORTEST_TX.txOctets,
    maxRxTimeUs: SHORTEST_TX.txTime,
  };

  constructor(options: LinkDataLengthOptions) {
    this.#options = options;
  }

  /** As both ends have agreed, by the controller's last word. */
  get current(): DataLength {
    return this.#current;
  }

  async set({ txOctets, txTimeUs }: DataLengthRequest, wait: WaitOptions): Promise<void> {
    const { hci, acl, peer } = this.#options;
    check('txOctets', txOctets, SHORTEST_TX.txOctets, LONGEST.octets);
    const txTime = check(
      'txTimeUs',
      txTimeUs ?? (txOctets + OVERHEAD_OCTETS) * 8,
      SHORTEST_TX.txTime,
      LONGEST.timeUs,
    );
    acl.scope.check();
    if (!hci.info.hasFeature(LeFeature.dataPacketLengthExtension))
      throw new InvalidStateError(
        `asking ${peer} for longer packets: the controller can send no more than ${SHORTEST_TX.txOctets} octets at once`,
      );
    await hci.send(HciCommand.leSetDataLength, { connectionHandle: acl.handle, txOctets, txTime }, wait);
  }

  /** Asks for the longest packets. Some controllers do so of their own accord by the suggested length, some never do. */
  extend(): void {
    const { hci, acl, log, peer } = this.#options;
    const best = hci.info.hasFeature(LeFeature.dataPacketLengthExtension)
      ? bestTxLength(hci.info)
      : undefined;
    if (best === undefined || best.txOctets <= SHORTEST_TX.txOctets) return;
    hci
      .send(HciCommand.leSetDataLength, { connectionHandle: acl.handle, ...best })
      .catch((error: unknown) => {
        log.write('debug', 'gap', () => `packets to ${peer} stay as short as they are: ${String(error)}`);
      });
  }

  /** Of LE Data Length Change (Vol 4, Part E, 7.7.65.7). */
  changed(event: {
    readonly maxTxOctets: number;
    readonly maxTxTime: number;
    readonly maxRxOctets: number;
    readonly maxRxTime: number;
  }): void {
    const { maxTxOctets, maxTxTime: maxTxTimeUs, maxRxOctets, maxRxTime: maxRxTimeUs } = event;
    this.#current = { maxTxOctets, maxTxTimeUs, maxRxOctets, maxRxTimeUs };
  }
}

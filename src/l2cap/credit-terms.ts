import { InvalidArgumentError } from '../core/errors.ts';
import type { CreditChannel } from './credit-channel.ts';
import {
  FIRST_SPSM,
  LAST_SPSM,
  MAX_MPS,
  MAX_MTU,
  MIN_CREDIT_SIZE,
  MIN_ENHANCED_SIZE,
  SDU_LENGTH_SIZE,
} from './credit-codes.ts';
import type { CreditTerms } from './credit-machine.ts';

/** The longest frame that this side takes: with its basic header it fills one packet of the air, and lies in one buffer of the controller. */
const MPS = 247;
/** Frames that a peer may be ahead of the reader at the least. */
const MIN_WINDOW = 32;

/** Who takes channels to one SPSM. */
export interface CreditListener {
  /** Octets of the longest SDU that it takes. */
  readonly mtu: number;
  /** Channels that it takes now. */
  readonly room: number;
  /** Success, or the result that says why this link may not: asked for each request. */
  admit(): number;
  /** It takes none of the mode that opens one channel at a time. */
  readonly isEnhancedOnly?: boolean | undefined;
  /** The channel is open. */
  opened(channel: CreditChannel): void;
  /** Channels have been refused for want of room. */
  crowded?(): void;
}

/** What a reconfiguration changes; the rest stays, or follows from it. */
export interface CreditSizes {
  readonly mtu?: number | undefined;
  readonly mps?: number | undefined;
}

/** The MPS that suits SDUs of that length. */
const mpsFor = (mtu: number): number => Math.min(Math.max(mtu + SDU_LENGTH_SIZE, MIN_CREDIT_SIZE), MPS);

/** What this side offers for SDUs of that length: the window holds two of the longest, so that half of it holds one. */
export const creditTerms = (mtu: number, mps = mpsFor(mtu)): CreditTerms => ({
  mtu,
  mps,
  window: Math.max(MIN_WINDOW, 2 * Math.ceil((mtu + SDU_LENGTH_SIZE) / mps)),
});

export const checkSpsm = (spsm: number): void => {
  if (!Number.isInteger(spsm) || spsm < FIRST_SPSM || spsm > LAST_SPSM) {
    throw new InvalidArgumentError(
      `an SPSM of LE is 0x01 to 0xff, one of your own from 0x80 on; it is ${spsm}`,
    );
  }
};

export const checkMtu = (mtu: number, smallest = MIN_CREDIT_SIZE): void => {
  if (!Number.isInteger(mtu) || mtu < smallest || mtu > MAX_MTU) {
    throw new InvalidArgumentError(`mtu is ${smallest} to ${MAX_MTU} octets, not ${mtu}`);
  }
};

export const checkMps = (mps: number): void => {
  if (!Number.isInteger(mps) || mps < MIN_ENHANCED_SIZE || mps > MAX_MPS) {
    throw new InvalidArgumentError(`mps is ${MIN_ENHANCED_SIZE} to ${MAX_MPS} octets, not ${mps}`);
  }
};

/** Whether a channel may have these sizes at all. */
export const areSizes = (mtu: number, mps: number, smallest = MIN_CREDIT_SIZE): boolean =>
  mtu >= smallest && mps >= smallest && mps <= MAX_MPS;

/** For messages. */
export const hex16 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

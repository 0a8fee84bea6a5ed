import { InvalidArgumentError } from '../core/errors.ts';
import type { IdentityAddress } from './bond.ts';
import { type OobOptions, outOfBandDataOf } from './oob-data.ts';
import type { PairingChoices, Wish } from './pairing/pairing-choices.ts';
import type { PairingUi } from './pairing-ui.ts';
import { IoCapability, KeyDistribution, LARGEST_KEY_SIZE, SMALLEST_KEY_SIZE } from './smp-codes.ts';

/** Keys that one side gives to the other (Vol 3, Part H, 2.4.1). */
export type KeyName = 'encryption' | 'identity' | 'signing';

/** What one side brings to a pairing. */
export interface PairingOptions {
  /** Whether the keys are kept for the next link. Default true. */
  readonly bond?: boolean | undefined;
  /** Whether the pairing must use LE Secure Connections. Default `preferred`: used where the peer knows them. False for legacy pairing alone. */
  readonly secureConnections?: boolean | 'preferred' | undefined;
  /**
   * Whether the key must be protected against a man in the middle: a user or an out-of-band channel vouches for the peer. By default it must where `ui` or `oob` makes
   * that possible. With `preferred` a peer that cannot do its part gets a key that is not `authenticated`.
   */
  readonly mitm?: boolean | 'preferred' | undefined;
  /** What the peer is told of this side's input and output. By default what `ui` can do. */
  readonly io?: keyof typeof IoCapability | undefined;
  /** How a person takes part. Without it nothing is shown, nothing is asked. */
  readonly ui?: PairingUi | undefined;
  readonly oob?: OobOptions | undefined;
  /** Octets of the shortest key that is taken, 7 to 16. Default 16. */
  readonly minKeySize?: number | undefined;
  /** Octets of the longest key that is offered, 7 to 16. Default 16. */
  readonly maxKeySize?: number | undefined;
  /** Keys that this side gives and asks for, if it bonds; by default encryption and identity, both ways. With Secure Connections there is nothing to give for encryption. */
  readonly giveKeys?: readonly KeyName[] | undefined;
  readonly takeKeys?: readonly KeyName[] | undefined;
}

/**
 * What becomes of pairings that a peer begins, and of security that it asks for. A central that has lost its bond and pairs where it is asked for the key gets a new bond
 * only where somebody is asked: by `accept`, by `ui.confirm`, or by a method that a person takes part in.
 */
export interface SecurityPolicy extends PairingOptions {
  /** Whether peers may pair at present. Default true. */
  readonly pairable?: boolean | undefined;
  /** Who may pair: asked with the peer's address for each pairing. By default everybody. A call that throws refuses. */
  readonly accept?: ((peer: IdentityAddress) => boolean) | undefined;
}

const wish = (value: boolean | 'preferred'): Wish =>
  value === 'preferred' ? 'preferred' : value ? 'required' : 'never';

const ioOf = ({ showPasskey, enterPasskey, compareNumbers }: PairingUi): keyof typeof IoCapability => {
  const shows = showPasskey !== undefined || compareNumbers !== undefined;
  if (enterPasskey !== undefined) return shows ? 'keyboardDisplay' : 'keyboardOnly';
  if (compareNumbers !== undefined) return 'displayYesNo';
  return showPasskey === undefined ? 'noInputNoOutput' : 'displayOnly';
};

/** What has to be there for a capability to be told. */
const hasCallbacks = (io: keyof typeof IoCapability, ui: PairingUi): boolean => {
  const shows = ui.showPasskey !== undefined || ui.compareNumbers !== undefined;
  switch (io) {
    case 'displayOnly':
      return ui.showPasskey !== undefined;
    case 'displayYesNo':
      return shows;
    case 'keyboardOnly':
      return ui.enterPasskey !== undefined;
    case 'keyboardDisplay':
      return shows && ui.enterPasskey !== undefined;
    case 'noInputNoOutput':
      return true;
  }
};

const keyBits: Readonly<Record<KeyName, number>> = {
  encryption: KeyDistribution.encKey,
  identity: KeyDistribution.idKey,
  signing: KeyDistribution.signKey,
};

const bitsOf = (names: readonly KeyName[] | undefined): number =>
  (names ?? ['encryption', 'identity']).reduce((bits, name) => bits | keyBits[name], 0);

const keySize = (value: number | undefined, field: string): number => {
  const size = value ?? LARGEST_KEY_SIZE;
  if (Number.isInteger(size) && size >= SMALLEST_KEY_SIZE && size <= LARGEST_KEY_SIZE) return size;
  throw new InvalidArgumentError(
    `${field} is ${SMALLEST_KEY_SIZE} to ${LARGEST_KEY_SIZE} octets, not ${size}`,
  );
};

/** What this side can give and keep, apart from what its user wants. */
export interface PairingAbilities {
  /** Bonds can be kept. */
  readonly bonds: boolean;
  /** It has an IRK to give. */
  readonly identity: boolean;
}

/** Checks options, and says what the pairing machines are to do. Throws InvalidArgumentError for options that do not fit together. */
export const choicesOf = (options: PairingOptions, abilities: PairingAbilities): PairingChoices => {
  const { ui = {}, bond = true, secureConnections = 'preferred', oob } = options;
  const io = options.io ?? ioOf(ui);
  if (!Object.hasOwn(IoCapability, io))
    throw new InvalidArgumentError(`io is one of ${Object.keys(IoCapability).join(', ')}, not '${io}'`);
  if (!hasCallbacks(io, ui))
    throw new InvalidArgumentError(`io '${io}' cannot be told to a peer where ui has no callback for it`);
  const minKeySize = keySize(options.minKeySize, 'minKeySize');
  const maxKeySize = keySize(options.maxKeySize, 'maxKeySize');
  if (minKeySize > maxKeySize)
    throw new InvalidArgumentError(`minKeySize ${minKeySize} is above maxKeySize ${maxKeySize}`);
  const canProtect = io !== 'noInputNoOutput' || oob !== undefined;
  const bonding = bond && abilities.bonds;
  const identity = abilities.identity ? 0 : KeyDistribution.idKey;
  return {
    ioCapability: IoCapability[io],
    can: {
      show: ui.showPasskey !== undefined,
      enter: ui.enterPasskey !== undefined,
      compare: ui.compareNumbers !== undefined,
    },
    oob: oob && outOfBandDataOf(oob),
    bonding,
    mitm: wish(options.mitm ?? canProtect),
    secureConnections: wish(secureConnections),
    minKeySize,
    maxKeySize,
    keypress: ui.keypress !== undefined,
    give: bonding ? bitsOf(options.giveKeys) & ~identity : 0,
    take: bonding ? bitsOf(options.takeKeys) : 0,
  };
};

import { InvalidArgumentError, MalformedPduError } from '../../core/errors.ts';

/** A PHY of Bluetooth LE: 1 Mb/s, which all have, 2 Mb/s, or one that is coded, slower, and carries further (Vol 6, Part A, 1). */
export type Phy = '1M' | '2M' | 'coded';

/** The PHYs of a link, which may differ: `tx` towards the peer, `rx` from it. */
export interface LinkPhys {
  readonly tx: Phy;
  readonly rx: Phy;
}

/** PHYs that are wanted (Vol 4, Part E, 7.8.49). A direction that is left out is left to the controller. */
export interface PhyPreference {
  /** One, or several of which the controllers choose. */
  readonly tx?: Phy | readonly Phy[] | undefined;
  readonly rx?: Phy | readonly Phy[] | undefined;
  /** How this side sends on the coded PHY: S2 is 500 kb/s, S8 is 125 kb/s. The controller's choice unless given. */
  readonly coding?: 'S2' | 'S8' | undefined;
}

/** The same in HCI's terms. */
export interface PhyMasks {
  readonly allPhys: number;
  readonly txPhys: number;
  readonly rxPhys: number;
  readonly phyOptions: number;
}

const phys: readonly Phy[] = ['1M', '2M', 'coded'];
const codings = ['S2', 'S8'] as const;

const maskOf = (direction: string, wanted: Phy | readonly Phy[] | undefined): number => {
  if (wanted === undefined) return 0;
  const all = typeof wanted === 'string' ? [wanted] : wanted;
  let mask = 0;
  for (const phy of all) {
    const bit = phys.indexOf(phy);
    if (bit < 0)
      throw new InvalidArgumentError(`${direction} is of ${phys.join(', ')}; it is ${String(phy)}`);
    mask |= 1 << bit;
  }
  if (mask === 0)
    throw new InvalidArgumentError(
      `${direction} names no PHY: leave it out, or name one of ${phys.join(', ')}`,
    );
  return mask;
};

/** Throws InvalidArgumentError for a preference that prefers nothing. */
export const toPhyMasks = ({ tx, rx, coding }: PhyPreference): PhyMasks => {
  if (coding !== undefined && !codings.includes(coding))
    throw new InvalidArgumentError(`coding is 'S2' or 'S8'; it is ${String(coding)}`);
  return {
    allPhys: (tx === undefined ? 1 : 0) | (rx === undefined ? 2 : 0),
    txPhys: maskOf('tx', tx),
    rxPhys: maskOf('rx', rx),
    phyOptions: coding === undefined ? 0 : codings.indexOf(coding) + 1,
  };
};

const phyOf = (value: number): Phy => {
  const phy = phys[value - 1];
  if (phy === undefined)
    throw new MalformedPduError(`the controller names a PHY ${value}, which nobody knows`);
  return phy;
};

/** Throws MalformedPduError for a number that stands for no PHY. */
export const linkPhys = ({ txPhy, rxPhy }: { readonly txPhy: number; readonly rxPhy: number }): LinkPhys => ({
  tx: phyOf(txPhy),
  rx: phyOf(rxPhy),
});

import { Phy } from '../propagation.ts';

/** Masks of PHYs: bit 0 is 1M, bit 1 is 2M, bit 2 is coded (Vol 4, Part E, 7.8.48). */
export interface PhyPreference {
  readonly txPhys: number;
  readonly rxPhys: number;
}

export const PhyMask = { le1M: 1, le2M: 2, coded: 4, all: 7 } as const;

/** The fastest that both want; where they want nothing in common, the one in use stays. */
export const choosePhy = (common: number, current: number): number => {
  if ((common & PhyMask.le2M) !== 0) return Phy.le2M;
  if ((common & PhyMask.le1M) !== 0) return Phy.le1M;
  return (common & PhyMask.coded) === 0 ? current : Phy.coded;
};

import type { Profile } from '../profile.ts';
import { BroadcomChip } from './broadcom-chip.ts';
import type { Chip } from './chip.ts';
import { RealtekChip } from './realtek-chip.ts';

/** The chip of a profile whose makers' chips have a life of their own. */
export const chipOf = (profile: Profile): Chip | undefined => {
  switch (profile.vendor) {
    case 'broadcom':
      return new BroadcomChip(profile.lmpSubversion);
    case 'realtek':
      return new RealtekChip({ ...profile, keyId: profile.name === 'rtl8852cu' ? 1 : 0 });
    default:
      return undefined;
  }
};

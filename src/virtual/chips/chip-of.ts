import type { Profile } from '../profile.ts';
import { BroadcomChip } from './broadcom-chip.ts';
import type { Chip } from './chip.ts';
import { intelBirths } from './intel-births.ts';
import { IntelChip } from './intel-chip.ts';
import { RealtekChip } from './realtek-chip.ts';

/** The chip of a profile whose makers' chips have a life of their own. */
export const chipOf = (profile: Profile): Chip | undefined => {
  switch (profile.vendor) {
    case 'broadcom':
      return new BroadcomChip(profile.lmpSubversion);
    case 'realtek':
      return new RealtekChip({ ...profile, keyId: profile.name === 'rtl8852cu' ? 1 : 0 });
    case 'intel': {
      const birth = intelBirths.get(profile.name);
      return birth === undefined ? undefined : new IntelChip({ ...profile, ...birth });
    }
    default:
      return undefined;
  }
};

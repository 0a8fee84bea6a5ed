import { InvalidArgumentError } from '../../core/errors.ts';
import { AdFlag } from '../codec/ad-type-codes.ts';
import { flagsIn } from '../codec/advertising-data.ts';
import type { Discoverable } from '../codec/advertising-data-builder.ts';
import type { Heard } from './scan-result.ts';

/** Which flags make a device one that is discovered by the procedure of that name. */
const discovered: Readonly<Record<Discoverable, number>> = {
  limited: AdFlag.leLimitedDiscoverable,
  general: AdFlag.leLimitedDiscoverable | AdFlag.leGeneralDiscoverable,
};

/** Flags count in advertising data alone: scan responses may have none (Supplement, Part A, 1.3). Throws InvalidArgumentError for a mode that is none. */
export const discoverabilityFilter = (mode: Discoverable | undefined): ((heard: Heard) => boolean) => {
  if (mode === undefined) return () => true;
  if (!Object.hasOwn(discovered, mode)) {
    throw new InvalidArgumentError(`discoverable is 'general' or 'limited'; it is ${JSON.stringify(mode)}`);
  }
  const flags = discovered[mode];
  return ({ advertisingData }) => ((flagsIn(advertisingData) ?? 0) & flags) !== 0;
};

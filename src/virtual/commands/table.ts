import { bitsToBytes } from '../../hci/codec/features.ts';
import { supportedCommandBit } from '../../hci/codec/supported-commands.ts';
import { CoreVersion } from '../../hci/codec/version.ts';
import { isVendor, type Profile } from '../profile.ts';
import { advertisingHandlers } from './advertising.ts';
import { advertisingSetEnableHandlers } from './advertising-set-enable.ts';
import { advertisingSetHandlers } from './advertising-sets.ts';
import { connectionHandlers } from './connection.ts';
import { extendedScanningHandlers } from './extended-scanning.ts';
import type { Handler, Since } from './handler.ts';
import { informationalHandlers } from './informational.ts';
import { initiatingHandlers } from './initiating.ts';
import { privacyHandlers } from './privacy.ts';
import { scanningHandlers } from './scanning.ts';
import { vendorHandlers } from './vendor.ts';

const allHandlers: () => readonly Handler[] = () => [
  ...informationalHandlers,
  ...advertisingHandlers,
  ...scanningHandlers,
  ...initiatingHandlers,
  ...connectionHandlers,
  ...advertisingSetHandlers,
  ...advertisingSetEnableHandlers,
  ...extendedScanningHandlers,
  ...privacyHandlers,
  ...vendorHandlers,
];

const has = (profile: Profile, since: Since): boolean => {
  if (since === 'dualMode') return profile.dualMode;
  if (isVendor(since)) return profile.vendor === since;
  return profile.hciVersion >= CoreVersion[since];
};

/** The commands of a profile by opcode: what is not here is unknown to it. */
export const handlersOf = (profile: Profile): ReadonlyMap<number, Handler> =>
  new Map(
    allHandlers()
      .filter(({ since }) => has(profile, since))
      .map((handler) => [handler.type.opcode, handler]),
  );

/** Supported_Commands: the bits of exactly those. */
export const supportedCommandsOf = (profile: Profile): Uint8Array => {
  const bits = [...handlersOf(profile).values()].map(({ type }) => supportedCommandBit(type));
  return bitsToBytes(
    bits.filter((bit) => bit !== undefined),
    64,
  );
};

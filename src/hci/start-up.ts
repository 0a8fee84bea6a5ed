import { type Address, parseAddress } from '../core/address.ts';
import { copyBytes } from '../core/bytes.ts';
import { HciError, MalformedPduError, TransportError } from '../core/errors.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import type { HciCommandType, ReturnShape } from './codec/command.ts';
import { HciCommand } from './codec/commands.ts';
import { HciErrorCode } from './codec/error-codes.ts';
import { bitOf, LeFeature, LmpFeature } from './codec/features.ts';
import { type ControllerInfo, isSupported, makeControllerInfo } from './controller-info.ts';
import { bestTxLength } from './data-length.ts';
import { eventMask, eventMaskPage2, leEventMask, leEventMask40 } from './event-masks.ts';
import {
  type ControllerProfile,
  type ControllerVersion,
  isRecognised,
} from './profiles/controller-profile.ts';
import { type ProfileContext, runProfile } from './profiles/profile-steps.ts';
import { controllerProfiles } from './profiles/profile-table.ts';

/** Some controllers lose the first Reset after power-up or the answer to it (CSR8510 after a warm boot), so it is sent again. */
const RESET_RETRY_MS = 500;
const RESET_RETRIES = 2;

export interface StartUpContext extends Omit<ProfileContext, 'reset'> {
  /** Opcodes that the controller has answered with Unknown HCI Command. */
  readonly unknown: ReadonlySet<number>;
}

const addressless = new Set<Address>([parseAddress('00:00:00:00:00:00'), parseAddress('FF:FF:FF:FF:FF:FF')]);

const isNobodys = (address: Address, profile: ControllerProfile | undefined): boolean =>
  addressless.has(address) || profile?.sharedAddresses?.includes(address) === true;

/** Resets the controller. Alone of all commands it may be repeated before it is answered: a second reset changes nothing. */
const resetController = async (context: StartUpContext): Promise<void> => {
  let left = RESET_RETRIES;
  const again = (): void => {
    left--;
    context.write(HciCommand.reset.encode({}));
    if (left > 0) timer = context.clock.after(RESET_RETRY_MS, again);
  };
  let timer = context.clock.after(RESET_RETRY_MS, again);
  try {
    await context.send(HciCommand.reset, {});
  } finally {
    timer.cancel();
  }
};

/** Resets a controller for the first time. One that knows no Reset may be a boot loader, which is brought to its firmware. */
export const wakeController = async (context: StartUpContext): Promise<void> => {
  try {
    await resetController(context);
  } catch (error) {
    if (!(error instanceof HciError) || error.status !== HciErrorCode.unknownHciCommand) throw error;
    const { usbVendorId } = context.transport;
    const profile = controllerProfiles.find(
      ({ bootLoaderOf }) => bootLoaderOf !== undefined && bootLoaderOf.usbVendorId === usbVendorId,
    );
    if (profile === undefined) {
      throw new TransportError(
        `the controller at ${context.transport.name} knows no Reset: it is a boot loader that waits for its firmware, which Jelling loads into Intel's chips on USB alone; let the system's own driver start it first`,
        { cause: error },
      );
    }
    const reset = (): Promise<void> => resetController(context);
    await runProfile(profile, undefined, { ...context, reset });
    await reset();
  }
};

/** Sends what a controller may do without: undefined where it refuses, which is logged. */
const attempt = async <P extends Shape, R extends Shape>(
  context: StartUpContext,
  command: HciCommandType<P, R>,
  parameters: Infer<P>,
): Promise<Infer<ReturnShape<R>> | undefined> => {
  try {
    return await context.send(command, parameters);
  } catch (error) {
    if (!(error instanceof HciError) && !(error instanceof MalformedPduError)) throw error;
    context.log.write('info', 'hci', () => `start-up goes on without ${command.name}: ${error.message}`);
    return undefined;
  }
};

interface Buffers {
  readonly maxLength: number;
  readonly count: number;
  readonly shared: boolean;
}

/** A controller with no buffers for LE shares those of BR/EDR (Vol 4, Part E, 7.8.2). */
const readBuffers = async (
  context: StartUpContext,
  supports: (command: HciCommandType) => boolean,
): Promise<Buffers> => {
  const le =
    (supports(HciCommand.leReadBufferSizeV2)
      ? await attempt(context, HciCommand.leReadBufferSizeV2, {})
      : undefined) ?? (await attempt(context, HciCommand.leReadBufferSize, {}));
  if (le !== undefined && le.leAclDataPacketLength > 0 && le.totalNumLeAclDataPackets > 0) {
    return { maxLength: le.leAclDataPacketLength, count: le.totalNumLeAclDataPackets, shared: false };
  }
  const common = await attempt(context, HciCommand.readBufferSize, {});
  if (common !== undefined && common.aclDataPacketLength > 0 && common.totalNumAclDataPackets > 0) {
    return { maxLength: common.aclDataPacketLength, count: common.totalNumAclDataPackets, shared: true };
  }
  throw new TransportError(
    'the controller names no buffer for ACL data, neither for LE nor in common: it cannot carry connections; use another adapter',
  );
};

const readVersion = async (context: StartUpContext): Promise<ControllerVersion> => {
  const { status: _, ...version } = await context.send(HciCommand.readLocalVersionInformation, {});
  return version;
};

/** What kind of controller it is, and what it says of itself after that kind's steps have been taken. */
const recognise = async (
  context: StartUpContext,
): Promise<{ readonly version: ControllerVersion; readonly profile: ControllerProfile | undefined }> => {
  const version = await readVersion(context);
  const { bus } = context.transport;
  const profile = controllerProfiles.find(({ recognition }) => isRecognised(recognition, version, bus));
  if (profile === undefined) return { version, profile };
  await runProfile(profile, version, { ...context, reset: () => resetController(context) });
  return { version: profile.steps === undefined ? version : await readVersion(context), profile };
};

/** Asks a reset controller what it is, and sets it up as an LE host needs it (Vol 4, Part E, 4; Vol 6, Part D, 2). */
export const startUp = async (context: StartUpContext): Promise<ControllerInfo> => {
  const { version, profile } = await recognise(context);
  const supportedCommands = (await attempt(context, HciCommand.readLocalSupportedCommands, {}))
    ?.supportedCommands;
  const facts = { hciVersion: version.hciVersion, supportedCommands, profile };
  const supports = (command: HciCommandType): boolean => isSupported(command, facts, context.unknown);

  const lmp = (await attempt(context, HciCommand.readLocalSupportedFeatures, {}))?.lmpFeatures;
  if (lmp !== undefined && !bitOf(lmp, LmpFeature.leSupportedController)) {
    throw new TransportError('the controller has no Bluetooth LE: use an adapter of version 4.0 or newer');
  }
  const dualMode = lmp !== undefined && !bitOf(lmp, LmpFeature.bredrNotSupported);
  const { leFeatures } = await context.send(HciCommand.leReadLocalSupportedFeatures, {});
  const acl = await readBuffers(context, supports);
  const bdAddr = (await attempt(context, HciCommand.readBdAddr, {}))?.bdAddr;

  const optional = async <P extends Shape, R extends Shape>(
    command: HciCommandType<P, R>,
    parameters: Infer<P>,
  ): Promise<Infer<ReturnShape<R>> | undefined> =>
    supports(command) ? attempt(context, command, parameters) : undefined;

  const acceptList = await optional(HciCommand.leReadFilterAcceptListSize, {});
  const resolvingList = bitOf(leFeatures, LeFeature.llPrivacy)
    ? await optional(HciCommand.leReadResolvingListSize, {})
    : undefined;
  const maxLength = bitOf(leFeatures, LeFeature.dataPacketLengthExtension)
    ? await optional(HciCommand.leReadMaximumDataLength, {})
    : undefined;

  const info = makeControllerInfo(
    {
      ...version,
      profile,
      publicAddress: bdAddr === undefined || isNobodys(bdAddr, profile) ? undefined : bdAddr,
      leFeatures: copyBytes(leFeatures),
      supportedCommands,
      dualMode,
      acl,
      filterAcceptListSize: acceptList?.filterAcceptListSize ?? 0,
      resolvingListSize: resolvingList?.resolvingListSize ?? 0,
      maxDataLength:
        maxLength === undefined
          ? undefined
          : { txOctets: maxLength.supportedMaxTxOctets, txTime: maxLength.supportedMaxTxTime },
    },
    context.unknown,
  );
  await configure(context, info);
  return info;
};

const configure = async (context: StartUpContext, info: ControllerInfo): Promise<void> => {
  // Clones of the CSR8510 refuse the mask and send the events all the same.
  await attempt(context, HciCommand.setEventMask, { eventMask: eventMask() });
  if (info.supports(HciCommand.setEventMaskPage2)) {
    await attempt(context, HciCommand.setEventMaskPage2, { eventMaskPage2: eventMaskPage2() });
  }
  if (info.dualMode && info.supports(HciCommand.writeLeHostSupport)) {
    await attempt(context, HciCommand.writeLeHostSupport, { leSupportedHost: 1, simultaneousLeHost: 0 });
  }
  const mask = leEventMask(info);
  const accepted = await attempt(context, HciCommand.leSetEventMask, { leEventMask: mask });
  if (accepted === undefined && mask !== leEventMask40()) {
    // One that knows fewer events than its features promise takes those it was born with.
    await attempt(context, HciCommand.leSetEventMask, { leEventMask: leEventMask40() });
  }
  const length = bestTxLength(info);
  if (length !== undefined && info.supports(HciCommand.leWriteSuggestedDefaultDataLength)) {
    await attempt(context, HciCommand.leWriteSuggestedDefaultDataLength, {
      suggestedMaxTxOctets: length.txOctets,
      suggestedMaxTxTime: length.txTime,
    });
  }
};

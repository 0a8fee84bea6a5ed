import type { Address } from '../core/address.ts';
import type { HciCommandType } from './codec/command.ts';
import { HciCommand } from './codec/commands.ts';
import { bitOf, LeFeature } from './codec/features.ts';
import { supportedCommandBit } from './codec/supported-commands.ts';
import { CoreVersion } from './codec/version.ts';
import type { ControllerProfile, ControllerVersion } from './profiles/controller-profile.ts';

/** What start-up read. */
export interface ControllerFacts extends ControllerVersion {
  /** The kind of controller that it was recognised as, undefined for one of which nothing special is known. */
  readonly profile: ControllerProfile | undefined;
  /** Undefined where the controller has none. */
  readonly publicAddress: Address | undefined;
  readonly leFeatures: Uint8Array;
  /** The bit field, or undefined where the controller would not tell. */
  readonly supportedCommands: Uint8Array | undefined;
  /** Whether it speaks BR/EDR too. */
  readonly dualMode: boolean;
  readonly acl: {
    /** Octets of one ACL packet. */
    readonly maxLength: number;
    readonly count: number;
    /** Whether the buffers are those of BR/EDR. */
    readonly shared: boolean;
  };
  readonly filterAcceptListSize: number;
  readonly resolvingListSize: number;
  /** The longest link layer payloads, where the controller can tell them. */
  readonly maxDataLength: { readonly txOctets: number; readonly txTime: number } | undefined;
}

/** Features that are worth nothing without a command: where it is missing, the feature is taken as absent. */
const needs: Readonly<Partial<Record<number, HciCommandType>>> = {
  [LeFeature.connectionParametersRequest]: HciCommand.leRemoteConnectionParameterRequestReply,
  [LeFeature.dataPacketLengthExtension]: HciCommand.leSetDataLength,
  [LeFeature.llPrivacy]: HciCommand.leSetAddressResolutionEnable,
  [LeFeature.phy2M]: HciCommand.leSetPhy,
  [LeFeature.phyCoded]: HciCommand.leSetPhy,
  [LeFeature.extendedAdvertising]: HciCommand.leSetExtendedScanParameters,
  [LeFeature.periodicAdvertising]: HciCommand.lePeriodicAdvertisingCreateSync,
  [LeFeature.sleepClockAccuracyUpdates]: HciCommand.leRequestPeerSca,
  [LeFeature.powerControlRequest]: HciCommand.leEnhancedReadTransmitPowerLevel,
  [LeFeature.pathLossMonitoring]: HciCommand.leSetPathLossReportingEnable,
  [LeFeature.connectionSubrating]: HciCommand.leSubrateRequest,
};

/** What the controller is and what it can do, as it says and as it has shown. */
export interface ControllerInfo extends ControllerFacts {
  /** Whether a command may be sent: the controller lists it, and has not answered it with Unknown HCI Command. */
  supports(command: HciCommandType): boolean;
  /** Whether the controller has a feature, and the command without which the feature is an empty word. */
  hasFeature(feature: LeFeature): boolean;
}

/** `unknown` are the opcodes that the controller has answered with Unknown HCI Command; it may grow. */
export const makeControllerInfo = (facts: ControllerFacts, unknown: ReadonlySet<number>): ControllerInfo => {
  const supports = (command: HciCommandType): boolean => isSupported(command, facts, unknown);
  const hasFeature = (feature: LeFeature): boolean => {
    if (!bitOf(facts.leFeatures, feature)) return false;
    const command = needs[feature];
    return command === undefined || supports(command);
  };
  return { ...facts, supports, hasFeature };
};

/** The last LE command of version 4.0, whose commands all come before it by opcode. */
const LAST_LE_OPCODE_4_0 = HciCommand.leTestEnd.opcode;

export const isSupported = (
  command: HciCommandType,
  facts: Pick<ControllerFacts, 'supportedCommands' | 'hciVersion' | 'profile'>,
  unknown: ReadonlySet<number>,
): boolean => {
  if (unknown.has(command.opcode) || facts.profile?.withheld?.includes(command) === true) return false;
  const bit = supportedCommandBit(command);
  if (bit === undefined) return false;
  if (facts.supportedCommands !== undefined) return bitOf(facts.supportedCommands, bit);
  // It would not tell: what its version brought with it is tried, and an Unknown HCI Command is remembered.
  return command.opcode <= LAST_LE_OPCODE_4_0 || facts.hciVersion >= CoreVersion['5.0'];
};

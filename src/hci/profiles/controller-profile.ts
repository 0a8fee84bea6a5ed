import type { Address } from '../../core/address.ts';
import type { Infer, Shape } from '../../core/pdu.ts';
import type { HciTransport } from '../../core/transport.ts';
import type { HciCommandType } from '../codec/command.ts';
import type { BroadcomCommand } from '../codec/commands-vendor.ts';

/** What HCI_Read_Local_Version_Information tells (Vol 4, Part E, 7.4.1). */
export interface ControllerVersion {
  readonly hciVersion: number;
  readonly hciSubversion: number;
  readonly lmpVersion: number;
  readonly lmpSubversion: number;
  /** The maker, of CompanyIdentifier. */
  readonly companyIdentifier: number;
}

/** By what a kind of controller is recognised: all that is given must be so. */
export interface Recognition {
  readonly companies: readonly number[];
  readonly bus?: HciTransport['bus'];
  /** Of CoreVersion, the oldest and the newest. */
  readonly hciVersions?: readonly [number, number] | undefined;
  readonly lmpSubversions?: readonly number[] | undefined;
}

/** A firmware file of one chip, by the name that Linux has for it. */
export interface FirmwareImage {
  readonly chip: string;
  readonly lmpSubversion: number;
  readonly hciSubversion?: number | undefined;
  /** The first of them that is there. */
  readonly files: readonly [string, ...string[]];
  /** What is sent behind it, where it is there. */
  readonly config?: string | undefined;
  /** Whether the chip is of no use without that. */
  readonly needsConfig?: boolean | undefined;
  /** What a Realtek file must say that it is for. */
  readonly project?: number | undefined;
}

/** How the octets of a firmware file are brought into the chip. */
export type FirmwareFormat = 'hcd' | 'realtek';

export interface SendStep {
  readonly op: 'send';
  readonly command: HciCommandType;
  readonly parameters: Infer<Shape>;
}

export type ProfileStep =
  | SendStep
  | { readonly op: 'wait'; readonly ms: number }
  /** HCI_Reset, repeated where it is not answered. */
  | { readonly op: 'reset' }
  /** Of the host's end of a serial line, where there is one. */
  | { readonly op: 'hostBaudRate'; readonly baudRate: number }
  /** Of both ends, to the rate that the user has asked for, where that is: the chip has lost it with the steps before. */
  | {
      readonly op: 'raiseBaudRate';
      readonly command: typeof BroadcomCommand.updateBaudRate;
      /** What has to come before, for rates above this. */
      readonly fasterClock: { readonly aboveBaudRate: number; readonly first: SendStep };
    }
  /** From the boot loader of an Intel chip to its firmware, where it has none. */
  | { readonly op: 'bootIntel' }
  /**
   * Loads the file of this chip. Where it is missing the controller fails, or the steps behind this one are left out, as is said; they are left out too for a chip that has
   * its firmware.
   */
  | {
      readonly op: 'load';
      readonly format: FirmwareFormat;
      readonly images: readonly FirmwareImage[];
      readonly whenMissing: 'fail' | 'goOn';
      /** These bits of the HCI subversion are 0 in a chip without firmware; all chips that are recognised are without it unless given. */
      readonly buildBits?: number | undefined;
      /** What comes between the file being found and its first octet being sent. */
      readonly before?: readonly ProfileStep[] | undefined;
    };

/** A kind of controller, and what is done about it that the specification does not say. */
export interface ControllerProfile {
  readonly name: string;
  /** What goes by it, as a buyer would call it. */
  readonly controllers: string;
  readonly why: string;
  /** Where that is known from. */
  readonly source: string;
  readonly recognition: Recognition;
  /** Of whom the device is that refuses Reset, because it is a boot loader and nothing else until its steps have been taken. */
  readonly bootLoaderOf?: { readonly usbVendorId: number } | undefined;
  /** What is done after the first Reset, before the controller is asked what it can do. */
  readonly steps?: readonly ProfileStep[] | undefined;
  /** Commands that it lists and does not carry out, or only to its harm. */
  readonly withheld?: readonly HciCommandType[] | undefined;
  /** Addresses that every chip of the kind has: as good as none. */
  readonly sharedAddresses?: readonly Address[] | undefined;
  /** By whose vendor commands it tells the static random address that it was born with. */
  readonly staticAddressBy?: 'zephyr' | undefined;
}

/** Whether a controller is of that kind. */
export const isRecognised = (
  { companies, bus, hciVersions, lmpSubversions }: Recognition,
  version: ControllerVersion,
  onBus: HciTransport['bus'],
): boolean =>
  companies.includes(version.companyIdentifier) &&
  (bus === undefined || bus === onBus) &&
  (hciVersions === undefined ||
    (version.hciVersion >= hciVersions[0] && version.hciVersion <= hciVersions[1])) &&
  (lmpSubversions === undefined || lmpSubversions.includes(version.lmpSubversion));

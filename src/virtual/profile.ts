import { bitsToBytes, LeFeature, LmpFeature } from '../hci/codec/features.ts';
import { CompanyIdentifier, CoreVersion } from '../hci/codec/version.ts';

/** Kinds of controller to pass for, by the version of the specification that they follow or as a buyer would call them. */
export const profileNames = [
  '5.x',
  '4.2',
  '4.0',
  'csr8510',
  'ats2851',
  'zephyr',
  'softdevice',
  'esp32',
  'broadcom-pi',
  'rtl8761bu',
  'rtl8852cu',
  'intel-ax210',
  'intel-9560',
  'intel-7260',
] as const;
export type ProfileName = (typeof profileNames)[number];

const vendors = ['zephyr', 'broadcom', 'realtek', 'intel'] as const;
/** A maker whose vendor commands are there. */
export type Vendor = (typeof vendors)[number];

export const isVendor = (name: string): name is Vendor => (vendors as readonly string[]).includes(name);

/** What makes one controller differ from another in the eyes of its host. */
export interface Profile {
  readonly name: ProfileName;
  readonly hciVersion: number;
  readonly hciSubversion: number;
  readonly companyIdentifier: number;
  readonly lmpSubversion: number;
  readonly lmpFeatures: Uint8Array;
  readonly leFeatures: Uint8Array;
  /** ACL data buffers: length and count. */
  readonly aclLength: number;
  readonly aclCount: number;
  /** LE has no buffers of its own: LE Read Buffer Size gives 0 and the BR/EDR ones are used (Vol 4, Part E, 4.1.1). */
  readonly sharedBuffers: boolean;
  readonly dualMode: boolean;
  readonly maxTxOctets: number;
  readonly maxTxTime: number;
  /** Mask of PHYs (Vol 4, Part E, 7.8.48). */
  readonly phys: number;
  readonly acceptListSize: number;
  readonly resolvingListSize: number;
  readonly maxLinks: number;
  /** As central it asks the peripheral before it changes connection parameters, where both can (Vol 6, Part B, 5.1.7.1). */
  readonly asksForParameters: boolean;
  readonly advertisingSets: number;
  readonly hasPublicAddress: boolean;
  /** Whose vendor commands it answers. */
  readonly vendor: Vendor | undefined;
  /** The first Reset of a new host is carried out, and its answer lost. */
  readonly losesFirstAnswer: boolean;
  readonly refusesEventMask: boolean;
  /** The extended commands for scanning and connecting are listed and accepted, and lead to nothing. */
  readonly feignsExtendedCommands: boolean;
}

const NO_BREDR = bitsToBytes([LmpFeature.bredrNotSupported, LmpFeature.leSupportedController], 8);

const features42 = [
  LeFeature.encryption,
  LeFeature.connectionParametersRequest,
  LeFeature.extendedRejectIndication,
  LeFeature.peripheralInitiatedFeaturesExchange,
  LeFeature.dataPacketLengthExtension,
  LeFeature.llPrivacy,
] as const;

const modern: Profile = {
  name: '5.x',
  hciVersion: CoreVersion['5.4'],
  hciSubversion: 1,
  companyIdentifier: 0xffff,
  lmpSubversion: 1,
  lmpFeatures: NO_BREDR,
  leFeatures: bitsToBytes(
    [...features42, LeFeature.phy2M, LeFeature.phyCoded, LeFeature.extendedAdvertising],
    8,
  ),
  aclLength: 251,
  aclCount: 8,
  sharedBuffers: false,
  dualMode: false,
  maxTxOctets: 251,
  maxTxTime: 17040,
  phys: 0b111,
  acceptListSize: 16,
  resolvingListSize: 16,
  maxLinks: 16,
  asksForParameters: false,
  advertisingSets: 4,
  hasPublicAddress: true,
  vendor: undefined,
  losesFirstAnswer: false,
  refusesEventMask: false,
  feignsExtendedCommands: false,
};

const of40: Profile = {
  ...modern,
  name: '4.0',
  hciVersion: CoreVersion['4.0'],
  lmpFeatures: bitsToBytes([LmpFeature.leSupportedController], 8),
  leFeatures: bitsToBytes([LeFeature.encryption], 8),
  aclLength: 310,
  aclCount: 10,
  sharedBuffers: true,
  dualMode: true,
  maxTxOctets: 27,
  maxTxTime: 328,
  phys: 0b001,
  acceptListSize: 25,
  resolvingListSize: 0,
  maxLinks: 5,
  advertisingSets: 0,
};

const of42: Profile = {
  ...modern,
  name: '4.2',
  hciVersion: CoreVersion['4.2'],
  leFeatures: bitsToBytes(features42, 8),
  maxTxTime: 2120,
  phys: 0b001,
  advertisingSets: 0,
};

const realtek: Profile = {
  ...modern,
  companyIdentifier: CompanyIdentifier.realtek,
  vendor: 'realtek',
};

const intel: Profile = {
  ...modern,
  companyIdentifier: CompanyIdentifier.intel,
  lmpFeatures: bitsToBytes([LmpFeature.leSupportedController], 8),
  dualMode: true,
  vendor: 'intel',
};

const profiles: Readonly<Record<ProfileName, Profile>> = {
  '5.x': modern,
  '4.2': of42,
  '4.0': of40,
  csr8510: {
    ...of40,
    name: 'csr8510',
    hciSubversion: 0x22bb,
    companyIdentifier: CompanyIdentifier.cambridgeSiliconRadio,
    lmpSubversion: 0x22bb,
    losesFirstAnswer: true,
    refusesEventMask: true,
  },
  ats2851: {
    ...modern,
    name: 'ats2851',
    hciVersion: CoreVersion['5.3'],
    companyIdentifier: CompanyIdentifier.actions,
    lmpFeatures: bitsToBytes([LmpFeature.leSupportedController], 8),
    dualMode: true,
    feignsExtendedCommands: true,
  },
  zephyr: {
    ...modern,
    name: 'zephyr',
    companyIdentifier: CompanyIdentifier.linuxFoundation,
    hasPublicAddress: false,
    asksForParameters: true,
    vendor: 'zephyr',
  },
  // Nordic's own controller has Zephyr's commands.
  softdevice: {
    ...modern,
    name: 'softdevice',
    companyIdentifier: CompanyIdentifier.nordicSemiconductor,
    hasPublicAddress: false,
    vendor: 'zephyr',
  },
  // As ESP32s on a UART have told it: by the maker of their baseband.
  esp32: {
    ...of42,
    name: 'esp32',
    hciSubversion: 0x030e,
    companyIdentifier: CompanyIdentifier.rivieraWaves,
    lmpSubversion: 0x030e,
    lmpFeatures: Uint8Array.of(0xbf, 0xee, 0xcd, 0xfe, 0xdb, 0xff, 0x7b, 0x87),
    dualMode: true,
    maxLinks: 9,
  },
  'broadcom-pi': {
    ...of42,
    name: 'broadcom-pi',
    companyIdentifier: CompanyIdentifier.broadcom,
    hciSubversion: 0,
    // BCM4345C0, of the Raspberry Pi 3 B+ and 4.
    lmpSubversion: 0x6119,
    lmpFeatures: bitsToBytes([LmpFeature.leSupportedController], 8),
    dualMode: true,
    vendor: 'broadcom',
  },
  // What they say of themselves in ROM.
  rtl8761bu: { ...realtek, name: 'rtl8761bu', hciSubversion: 0x000b, lmpSubversion: 0x8761 },
  rtl8852cu: { ...realtek, name: 'rtl8852cu', hciSubversion: 0x000c, lmpSubversion: 0x8852 },
  'intel-ax210': { ...intel, name: 'intel-ax210', hciVersion: CoreVersion['5.3'] },
  'intel-9560': { ...intel, name: 'intel-9560', hciVersion: CoreVersion['5.1'] },
  'intel-7260': {
    ...of42,
    name: 'intel-7260',
    hciVersion: CoreVersion['4.0'],
    companyIdentifier: CompanyIdentifier.intel,
    lmpFeatures: intel.lmpFeatures,
    leFeatures: of40.leFeatures,
    maxTxOctets: 27,
    maxTxTime: 328,
    resolvingListSize: 0,
    dualMode: true,
    vendor: 'intel',
  },
};

export const profileOf = (name: ProfileName): Profile => profiles[name];

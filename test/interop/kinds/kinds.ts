/**
 * Kinds of controller that our host meets on rootcanal. Rootcanal itself has three, and six features to switch off; what a kind says beyond that it says by
 * its disguise (peers/disguise.py), which also refuses what its version does not know.
 */

/** What a version of the specification knows: LE commands up to an opcode (Vol 4, Part E, 7.8), so many events in the LE mask (7.8.1), and so many LE features (Vol 6, Part B, 4.6). */
export interface Limits {
  readonly lastLeCommand: string;
  readonly leEvents: number;
  readonly leFeatures: number;
}

/** In the place of what the controller says of itself. */
interface Says {
  readonly version?: number;
  readonly company?: number;
  readonly hciSubversion?: number;
  readonly lmpSubversion?: number;
  /** It has no public address. */
  readonly addressless?: boolean;
}

export interface Kind {
  /** As rootcanal is told: a Controller of its configuration.proto. */
  readonly rootcanal: string;
  readonly says?: Says;
  readonly limits?: Limits;
  /** It is met over a serial line. */
  readonly overPty?: boolean;
  /** There is firmware for it, which it does not take. */
  readonly firmware?: string;
  /** What our host must know of it. */
  readonly known: {
    readonly version: string;
    readonly manufacturer: number;
    readonly features: readonly string[];
    readonly aclBuffers: { readonly count: number; readonly length: number };
  };
  /** Commands that it refuses though it lists them. */
  readonly inVain?: readonly string[];
  /** Commands of makers that our host must have tried. */
  readonly ofMakers?: readonly string[];
}

const of40: Limits = { lastLeCommand: '201f', leEvents: 5, leFeatures: 1 };
const of42: Limits = { lastLeCommand: '202f', leEvents: 11, leFeatures: 8 };
const of50: Limits = { lastLeCommand: '204e', leEvents: 20, leFeatures: 17 };
const of51: Limits = { lastLeCommand: '205f', leEvents: 24, leFeatures: 28 };
const of52: Limits = { lastLeCommand: '207b', leEvents: 34, leFeatures: 36 };

const without = (...features: readonly string[]): string =>
  `features { ${features.map((feature) => `${feature}: false`).join(' ')} }`;
const newer = ['le_extended_advertising', 'le_periodic_advertising', 'le_2m_phy', 'le_coded_phy'];

const features40 = ['encryption'];
const ofCsr = [
  ...features40,
  'connection parameters request',
  'extended reject indication',
  'peripheral initiated features exchange',
  'ping',
];
const private42 = [...ofCsr, 'll privacy', 'extended scanner filter policies'];
const of5 = [...private42, 'phy 2m', 'phy coded', 'extended advertising', 'periodic advertising'];
const isochronous = ['connected isochronous stream central', 'connected isochronous stream peripheral'];
/** Of the dongle with a BL654, up to version 5.2. */
const ofDongle = [
  ...ofCsr,
  'data packet length extension',
  'll privacy',
  'extended scanner filter policies',
  'phy 2m',
  'stable modulation index transmitter',
  'stable modulation index receiver',
  'phy coded',
  'extended advertising',
  'periodic advertising',
  'channel selection algorithm 2',
  'minimum number of used channels',
  'periodic advertising sync transfer sender',
  'periodic advertising sync transfer recipient',
  'sleep clock accuracy updates',
  'remote public key validation',
  ...isochronous,
  'isochronous broadcaster',
  'synchronized receiver',
  'power control request',
  'power change indication',
  'path loss monitoring',
];
const ofDongle54 = [
  ...ofDongle,
  'periodic advertising adi support',
  'connection subrating',
  'channel classification',
  'advertising coding selection',
  'periodic advertising with responses advertiser',
  'periodic advertising with responses scanner',
];

const few = { count: 4, length: 512 };
const many = { count: 20, length: 27 };
/** It says of itself that it has this, and does not. */
const missing = ['LE_SET_DATA_LENGTH was refused with 01'];

export const kinds = {
  '4.0': {
    rootcanal: `preset: DEFAULT ${without('ll_privacy', ...newer)}`,
    says: { version: 6, company: 0x0002 },
    limits: of40,
    known: { version: '4.0', manufacturer: 0x0002, features: features40, aclBuffers: many },
  },
  '4.2': {
    rootcanal: `preset: DEFAULT ${without(...newer)}`,
    says: { version: 8, company: 0x0002 },
    limits: of42,
    known: { version: '4.2', manufacturer: 0x0002, features: private42, aclBuffers: many },
  },
  '5.0': {
    rootcanal: 'preset: DEFAULT',
    says: { version: 9, company: 0x0002 },
    limits: of50,
    known: { version: '5.0', manufacturer: 0x0002, features: of5, aclBuffers: many },
  },
  '5.2, of a PTS dongle': {
    rootcanal: 'preset: LAIRD_BL654 strict: false',
    says: { version: 11, company: 0x0059 },
    limits: of52,
    known: { version: '5.2', manufacturer: 0x0059, features: ofDongle, aclBuffers: few },
    inVain: missing,
  },
  '5.3, with quirks': {
    rootcanal:
      'preset: DEFAULT quirks { send_acl_data_before_connection_complete: true has_default_random_address: true hardware_error_before_reset: true }',
    known: { version: '5.3', manufacturer: 0x00e0, features: [...of5, ...isochronous], aclBuffers: many },
  },
  csr: {
    rootcanal: 'preset: CSR_RCK_PTS_DONGLE',
    known: { version: '4.2', manufacturer: 0x000a, features: ofCsr, aclBuffers: { count: 10, length: 310 } },
  },
  zephyr: {
    rootcanal: 'preset: LAIRD_BL654 strict: false',
    says: { company: 0x05f1, addressless: true },
    known: { version: '5.4', manufacturer: 0x05f1, features: ofDongle54, aclBuffers: few },
    inVain: missing,
    ofMakers: ['fc01'],
  },
  'broadcom-pi': {
    rootcanal: `preset: DEFAULT ${without(...newer)}`,
    // BCM4345C0, of the Raspberry Pi 3 B+ and 4, in ROM.
    says: { version: 8, company: 0x000f, hciSubversion: 0, lmpSubversion: 0x6119 },
    limits: of42,
    overPty: true,
    firmware: 'brcm/BCM4345C0.hcd',
    known: { version: '4.2', manufacturer: 0x000f, features: private42, aclBuffers: many },
    ofMakers: ['fc2e'],
  },
  realtek: {
    rootcanal: 'preset: DEFAULT',
    // RTL8761BU, with its firmware.
    says: { version: 10, company: 0x005d, hciSubversion: 0x000b, lmpSubversion: 0xd922 },
    limits: of51,
    known: { version: '5.1', manufacturer: 0x005d, features: of5, aclBuffers: many },
  },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;
export const kindOf = (name: KindName): Kind => kinds[name];

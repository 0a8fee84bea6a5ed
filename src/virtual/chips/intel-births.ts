import type { IntelBirth } from './intel-chip.ts';

const tlv = (tag: number, ...value: readonly number[]): number[] => [tag, value.length, ...value];

/** Tagged values of an AX210: part and radio of type 0x410, the engine of elliptic curves, and a tag that nobody knows. */
const ax210 = (imageType: number): Uint8Array =>
  Uint8Array.from([
    ...tlv(0x10, 0x10, 0x04, 0x00, 0x00),
    ...tlv(0x11, 0x10, 0x04, 0x00, 0x00),
    ...tlv(0x12, 0x00, 0x37, 0x17, 0x00),
    ...tlv(0x1c, imageType),
    ...tlv(0x2e, 0),
    ...tlv(0x2f, 1),
    ...tlv(0x7e, 1, 2, 3),
  ]);

/** Of the older form: variant, revision, firmware variant, firmware revision. */
const fixed = (variant: number, revision: number, firmware: number, firmwareRevision: number): Uint8Array =>
  Uint8Array.of(0x37, variant, revision, firmware, firmwareRevision, 2, 3, 13, 0);

/** What the virtual chips of Intel's are, by the name of their profile. */
export const intelBirths: ReadonlyMap<string, Omit<IntelBirth, 'hciSubversion' | 'lmpSubversion'>> = new Map([
  [
    'intel-ax210',
    { engine: 'ecdsa', isRom: false, version: { bootLoader: ax210(1), operational: ax210(3) } },
  ],
  [
    'intel-9560',
    {
      engine: 'rsa',
      isRom: false,
      version: { bootLoader: fixed(0x11, 0x10, 0x06, 1), operational: fixed(0x11, 0x10, 0x23, 1) },
    },
  ],
  [
    'intel-7260',
    {
      engine: 'rsa',
      isRom: true,
      version: { bootLoader: new Uint8Array(), operational: fixed(0x07, 0x10, 0x01, 0) },
    },
  ],
]);

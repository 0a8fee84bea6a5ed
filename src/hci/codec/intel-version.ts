import { ByteReader } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';

/** What runs on the chip. */
export type IntelImage = 'rom' | 'bootLoader' | 'intermediate' | 'operational';

/** How the chip checks what it is given. */
export type IntelEngine = 'rsa' | 'ecdsa';

interface Common {
  /** Which chip it is, of the numbers that Linux names. */
  readonly hardwareVariant: number;
  readonly image: IntelImage;
}

/** What Intel_Read_Version tells, in the older form of fixed fields or the newer one of tagged values. */
export type IntelVersion =
  | (Common & {
      readonly form: 'fixed';
      readonly hardwarePlatform: number;
      readonly hardwareRevision: number;
      readonly firmwareVariant: number;
      readonly firmwareRevision: number;
      readonly buildNumber: number;
      readonly buildWeek: number;
      readonly buildYear: number;
      /** 0 for a ROM that has not been patched. */
      readonly patchNumber: number;
    })
  | (Common & {
      readonly form: 'tagged';
      /** Of the part in the processor and of the radio module. */
      readonly cnviTop: number;
      readonly cnvrTop: number;
      readonly engine: IntelEngine;
      /** Whether it leaves fragments of firmware unanswered. */
      readonly skipsAnswers: boolean;
    });

/** Of every chip that is known. */
const PLATFORM = 0x37;
const FIXED_LENGTH = 9;

const imageOfVariant = (firmwareVariant: number): IntelImage | undefined => {
  switch (firmwareVariant) {
    case 0x01:
    case 0x22:
      return 'rom';
    case 0x06:
      return 'bootLoader';
    case 0x23:
      return 'operational';
    default:
      return undefined;
  }
};

const taggedImages: readonly (IntelImage | undefined)[] = [
  undefined,
  'bootLoader',
  'intermediate',
  'operational',
];

const Tag = {
  cnviTop: 0x10,
  cnvrTop: 0x11,
  cnviBt: 0x12,
  imageType: 0x1c,
  limitedAnswers: 0x2e,
  engine: 0x2f,
} as const;

/**
 * Reads what is behind the status of the answer to Intel_Read_Version.
 *
 * @throws MalformedPduError for a chip that is not known, and for values that are cut.
 */
export const parseIntelVersion = (version: Uint8Array): IntelVersion =>
  version.length === FIXED_LENGTH && version[0] === PLATFORM ? fixedVersion(version) : taggedVersion(version);

const fixedVersion = (version: Uint8Array): IntelVersion => {
  const reader = new ByteReader(version);
  const fields = {
    hardwarePlatform: reader.u8(),
    hardwareVariant: reader.u8(),
    hardwareRevision: reader.u8(),
    firmwareVariant: reader.u8(),
    firmwareRevision: reader.u8(),
    buildNumber: reader.u8(),
    buildWeek: reader.u8(),
    buildYear: reader.u8(),
    patchNumber: reader.u8(),
  };
  const image = imageOfVariant(fields.firmwareVariant);
  if (image === undefined) throw unknownChip(`firmware variant ${fields.firmwareVariant}`);
  return { form: 'fixed', image, ...fields };
};

const taggedVersion = (version: Uint8Array): IntelVersion => {
  const values = new Map<number, number>();
  const reader = new ByteReader(version);
  while (reader.remaining > 0) {
    const tag = reader.u8();
    const value = reader.view(reader.u8());
    values.set(tag, littleEndian(value.subarray(0, 4)));
  }
  const cnviBt = values.get(Tag.cnviBt) ?? 0;
  if (((cnviBt >> 8) & 0xff) !== PLATFORM) throw unknownChip(`hardware platform ${(cnviBt >> 8) & 0xff}`);
  const image = taggedImages[values.get(Tag.imageType) ?? 0];
  const engine = (['rsa', 'ecdsa'] as const)[values.get(Tag.engine) ?? 0];
  if (image === undefined) throw unknownChip(`image type ${values.get(Tag.imageType)}`);
  if (engine === undefined) throw unknownChip(`secure boot engine ${values.get(Tag.engine)}`);
  return {
    form: 'tagged',
    hardwareVariant: (cnviBt >> 16) & 0x3f,
    image,
    engine,
    cnviTop: values.get(Tag.cnviTop) ?? 0,
    cnvrTop: values.get(Tag.cnvrTop) ?? 0,
    skipsAnswers: (values.get(Tag.limitedAnswers) ?? 0) !== 0,
  };
};

const littleEndian = (octets: Uint8Array): number =>
  octets.reduce((sum, octet, index) => sum + octet * 256 ** index, 0);

const unknownChip = (what: string): MalformedPduError =>
  new MalformedPduError(`the chip is an Intel with ${what}, which is not known`);

/** Chips whose files are named by the revision that Intel_Read_Boot_Params tells. */
const namedByDevice: ReadonlySet<number> = new Set([0x0b, 0x0c]);
const namedByRevisions: ReadonlySet<number> = new Set([0x11, 0x12, 0x13, 0x14]);
/** Chips that get one file and start from it. Newer ones get another loader first. */
const namedByModules: ReadonlySet<number> = new Set([0x17, 0x18, 0x19, 0x1b, 0x1c]);

/** The name of the chip's file without its ending, undefined for chips that are not known well enough to be given one. `deviceRevision` is of the boot parameters. */
export const intelFileName = (version: IntelVersion, deviceRevision = 0): string | undefined => {
  const { hardwareVariant } = version;
  if (version.form === 'tagged') {
    if (!namedByModules.has(hardwareVariant) || version.image !== 'bootLoader') return undefined;
    return `intel/ibt-${moduleName(version.cnviTop)}-${moduleName(version.cnvrTop)}`;
  }
  if (namedByDevice.has(hardwareVariant)) return `intel/ibt-${hardwareVariant}-${deviceRevision}`;
  if (!namedByRevisions.has(hardwareVariant)) return undefined;
  return `intel/ibt-${hardwareVariant}-${version.hardwareRevision}-${version.firmwareRevision}`;
};

/** Type and step of a part, the octets turned round. */
const moduleName = (top: number): string => {
  const packed = ((top & 0xfff) << 4) | ((top >>> 24) & 0x0f);
  const turned = ((packed & 0xff) << 8) | (packed >> 8);
  return turned.toString(16).padStart(4, '0');
};

/** The patch that Linux loads into a ROM. */
export const intelPatchName = (version: Extract<IntelVersion, { readonly form: 'fixed' }>): string => {
  const hardware = [version.hardwarePlatform, version.hardwareVariant, version.hardwareRevision];
  const firmware = [
    version.firmwareVariant,
    version.firmwareRevision,
    version.buildNumber,
    version.buildWeek,
    version.buildYear,
  ];
  const dotted = (numbers: readonly number[]): string => numbers.map((n) => n.toString(16)).join('.');
  return `intel/ibt-hw-${dotted(hardware)}-fw-${dotted(firmware)}.bseq`;
};

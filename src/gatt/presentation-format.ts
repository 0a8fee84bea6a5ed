import { InvalidArgumentError } from '../core/errors.ts';
import { i8, list, pdu, u8, u16 } from '../core/pdu.ts';
import { parseUuid, type Uuid, type UuidLike, uuid16Of } from '../core/uuid.ts';

/** How a value is to be read (Assigned Numbers, 2.4.1). */
export const FormatType = {
  boolean: 0x01,
  uint2: 0x02,
  uint4: 0x03,
  uint8: 0x04,
  uint12: 0x05,
  uint16: 0x06,
  uint24: 0x07,
  uint32: 0x08,
  uint48: 0x09,
  uint64: 0x0a,
  uint128: 0x0b,
  sint8: 0x0c,
  sint12: 0x0d,
  sint16: 0x0e,
  sint24: 0x0f,
  sint32: 0x10,
  sint48: 0x11,
  sint64: 0x12,
  sint128: 0x13,
  float32: 0x14,
  float64: 0x15,
  medfloat16: 0x16,
  medfloat32: 0x17,
  'uint16[2]': 0x18,
  utf8s: 0x19,
  utf16s: 0x1a,
  struct: 0x1b,
  medASN1: 0x1c,
} as const;
export type FormatTypeName = keyof typeof FormatType;

/** What a Characteristic Presentation Format tells (Vol 3, Part G, 3.3.3.5). */
export interface PresentationFormat {
  /** Of the value: `sint16`; the number of one that has no name here. */
  readonly format: FormatTypeName | number;
  /** What is meant is the value times ten to this power, where the format is a whole number; -128 to 127. */
  readonly exponent: number;
  /** A UUID of the Units of the Assigned Numbers: `272f` is the degree Celsius, `2700` none. */
  readonly unit: Uuid;
  /** Who gives the description its meaning: 1 is the Bluetooth SIG. */
  readonly namespace: number;
  /** A number of that name space, which tells one of several such values from the others: `front`, `left`. 0 where there is none. */
  readonly description: number;
}

/** The same as it is given: without an exponent of 0, the unit `2700`, and what else means nothing. */
export interface PresentationFormatOptions {
  readonly format: FormatTypeName | number;
  readonly exponent?: number | undefined;
  readonly unit?: UuidLike | undefined;
  readonly namespace?: number | undefined;
  readonly description?: number | undefined;
}

/** The value of a Characteristic Presentation Format descriptor. */
export const PresentationFormatValue = pdu('Characteristic Presentation Format', 0x2904, {
  format: u8,
  exponent: i8,
  unit: u16,
  namespace: u8,
  description: u16,
});

const UNITLESS = 0x2700;
const BLUETOOTH_SIG = 0x01;

const namesByType: ReadonlyMap<number, FormatTypeName> = new Map(
  Object.entries(FormatType).map(([name, type]) => [type, name as FormatTypeName]),
);

/** The value of the descriptor. Throws InvalidArgumentError for a field out of its range, or a unit that has no 16-bit UUID. */
export const encodePresentationFormat = (options: PresentationFormatOptions): Uint8Array => {
  const { format, exponent = 0, unit = UNITLESS, namespace = BLUETOOTH_SIG, description = 0 } = options;
  const type = typeof format === 'number' ? format : FormatType[format];
  const unit16 = uuid16Of(parseUuid(unit));
  if (unit16 === undefined)
    throw new InvalidArgumentError(
      `a unit is a 16-bit UUID of the Assigned Numbers; '${String(unit)}' is none`,
    );
  return PresentationFormatValue.encode({
    format: inRange('format', type, 0, 0xff),
    exponent: inRange('exponent', exponent, -128, 127),
    unit: unit16,
    namespace: inRange('namespace', namespace, 0, 0xff),
    description: inRange('description', description, 0, 0xffff),
  });
};

const inRange = (name: string, value: number | undefined, least: number, most: number): number => {
  if (value !== undefined && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(
    `${name} of a presentation format must be a whole number from ${least} to ${most}; it is ${value}`,
  );
};

/** Reads the value of the descriptor. Throws MalformedPduError unless it has 7 octets. */
export const decodePresentationFormat = (value: Uint8Array): PresentationFormat => {
  const { format, unit, ...rest } = PresentationFormatValue.decode(value);
  return { format: namesByType.get(format) ?? format, unit: parseUuid(unit), ...rest };
};

/** The value of a Characteristic Aggregate Format descriptor: the handles of the formats of its parts (Vol 3, Part G, 3.3.3.6). */
export const AggregateFormatValue = pdu('Characteristic Aggregate Format', 0x2905, {
  attributes: list({ attributeHandle: u16 }),
});

export const encodeAggregateFormat = (handles: readonly number[]): Uint8Array =>
  AggregateFormatValue.encode({ attributes: handles.map((attributeHandle) => ({ attributeHandle })) });

/** The handles of the presentation formats, in the order of the parts of the value. Throws MalformedPduError for half a handle. */
export const decodeAggregateFormat = (value: Uint8Array): readonly number[] =>
  AggregateFormatValue.decode(value).attributes.map(({ attributeHandle }) => attributeHandle);

import { InvalidArgumentError } from '../../core/errors.ts';
import { type JsonObject, JsonReader } from '../../core/json-reader.ts';
import { parseUuid, type Uuid } from '../../core/uuid.ts';
import { CLIENT_CONFIGURATION_BITS, CLIENT_FEATURE_BITS, FIRST_HANDLE, LAST_HANDLE } from '../gatt-codes.ts';
import type { HandleRange } from './attribute-database.ts';

/** A Client Characteristic Configuration that a client has written. */
export interface ConfigurationRecord {
  /** Of the descriptor. */
  readonly handle: number;
  /** The type of the value that it is about: a handle alone may be another's after the program was changed. */
  readonly characteristic: Uuid;
  readonly value: number;
}

/** What is kept of a bonded client between its links, and between runs of the program. */
export interface ClientRecord {
  readonly configurations: readonly ConfigurationRecord[];
  /** The first octet of its Client Supported Features. */
  readonly features: number;
  /** Whether it knows the database of `databaseHash`. */
  readonly changeAware: boolean;
  /** The database that all this is about, 32 hexadecimal digits. */
  readonly databaseHash: string;
  /** What Service Changed has still to tell it of. */
  readonly serviceChanged?: HandleRange | undefined;
}

/** Configurations that a record may have. */
const MAX_CONFIGURATIONS = 512;

/** The record as it is written down. */
export const printClientRecord = (record: ClientRecord): JsonObject => {
  const { configurations, features, changeAware, databaseHash, serviceChanged } = record;
  return {
    configurations: configurations
      .slice(0, MAX_CONFIGURATIONS)
      .map(({ handle, characteristic, value }) => ({ handle, characteristic, value })),
    features,
    changeAware,
    databaseHash,
    ...(serviceChanged === undefined
      ? {}
      : { serviceChanged: { start: serviceChanged.start, end: serviceChanged.end } }),
  };
};

/** Reads what printClientRecord has written. Throws InvalidArgumentError for anything else, with the path to it. */
export const readClientRecord = (value: unknown, path = 'client'): ClientRecord => {
  const read = JsonReader.of(value, path);
  return {
    configurations: read.field('configurations').items(MAX_CONFIGURATIONS).map(configuration),
    features: read.field('features').integer(0, CLIENT_FEATURE_BITS),
    changeAware: read.field('changeAware').boolean(),
    databaseHash: hash(read.field('databaseHash')),
    serviceChanged: read.optional('serviceChanged', range),
  };
};

const handle = (read: JsonReader): number => read.integer(FIRST_HANDLE, LAST_HANDLE);

const configuration = (read: JsonReader): ConfigurationRecord => ({
  handle: handle(read.field('handle')),
  characteristic: uuid(read.field('characteristic')),
  value: read.field('value').integer(1, CLIENT_CONFIGURATION_BITS),
});

const uuid = (read: JsonReader): Uuid => {
  const text = read.string();
  try {
    return parseUuid(text);
  } catch (cause) {
    throw new InvalidArgumentError(`${read.path}: ${(cause as Error).message}`, { cause });
  }
};

const hash = (read: JsonReader): string => {
  const text = read.string();
  if (!/^[0-9a-f]{32}$/.test(text)) throw read.refuse('32 hexadecimal digits expected');
  return text;
};

const range = (read: JsonReader): HandleRange => {
  const start = handle(read.field('start'));
  const end = handle(read.field('end'));
  if (start > end) throw read.refuse('it ends before it starts');
  return { start, end };
};

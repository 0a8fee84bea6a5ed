import { Characteristic, type Connection, type Permission, parseUuid, Service, type Uuid } from 'jelling';
import { UsageError } from './exit.ts';
import { parseNumbers, parseValue } from './value.ts';

/** A characteristic to serve, as it is given on a command line. */
export interface CharacteristicSpec {
  /** The one of its service; undefined where there is but one service. */
  readonly service: Uuid | undefined;
  readonly uuid: Uuid;
  readonly properties: readonly Property[];
  readonly initial: Uint8Array;
}

const properties = ['read', 'write', 'writeNoResponse', 'notify', 'indicate'] as const;
type Property = (typeof properties)[number];

const utf8 = new TextEncoder();

/** `[SERVICE/]UUID[,PROPERTY…][=VALUE]`: `180f/2a19,read,notify=u8:100`. */
export const parseCharacteristic = (given: string): CharacteristicSpec => {
  const equals = given.indexOf('=');
  const [path = '', ...asked] = (equals < 0 ? given : given.slice(0, equals)).split(',');
  const parts = path.split('/');
  if (parts.length > 2) throw new UsageError(`'${path}' is no characteristic: give UUID or SERVICE/UUID`);
  return {
    service: parts.length === 2 ? parseUuid(parts[0] ?? '') : undefined,
    uuid: parseUuid(parts.at(-1) ?? ''),
    properties: asked.length === 0 ? ['read'] : asked.map(parseProperty),
    initial: equals < 0 ? new Uint8Array(0) : parseValue(given.slice(equals + 1)),
  };
};

const parseProperty = (given: string): Property => {
  const found = properties.find((property) => property === given);
  if (found === undefined)
    throw new UsageError(`'${given}' is no property: they are ${properties.join(', ')}`);
  return found;
};

const usual = (uuid: string, initial: Uint8Array, ...has: readonly Property[]): CharacteristicSpec => ({
  service: undefined,
  uuid: parseUuid(uuid),
  properties: ['read', ...has],
  initial,
});

/** What a service holds where nothing is said of it. */
const usualCharacteristics = (service: Uuid): readonly CharacteristicSpec[] => {
  switch (service) {
    case '180a':
      return [usual('2a29', utf8.encode('Jelling')), usual('2a24', utf8.encode('command line'))];
    case '180d':
      return [usual('2a37', Uint8Array.of(0, 72), 'notify')];
    case '180f':
      return [usual('2a19', parseNumbers('u8:100'), 'notify')];
    case '181a':
      return [usual('2a6e', parseNumbers('i16:2150'), 'notify', 'indicate')];
    default:
      return [];
  }
};

/** What clients do with a characteristic. */
export interface ServedEvents {
  subscribed(
    uuid: Uuid,
    connection: Connection,
    wants: { readonly notify: boolean; readonly indicate: boolean },
  ): void;
  written(uuid: Uuid, connection: Connection, value: Uint8Array): void;
}

export interface Served {
  readonly services: readonly Service[];
  readonly characteristics: readonly Characteristic[];
}

export interface ServedOptions {
  readonly services: readonly Uuid[];
  readonly characteristics: readonly CharacteristicSpec[];
  readonly events: ServedEvents;
  /** Who may do what the properties say. */
  readonly permission: Permission;
}

/** Makes the services: what is said of each, else what is usual. Throws UsageError for a characteristic without a service. */
export const buildServices = (options: ServedOptions): Served => {
  const { services: uuids, characteristics: specs } = options;
  const all = [...new Set([...uuids, ...specs.flatMap(({ service }) => service ?? [])])];
  const owned = specs.map((spec) => ({ ...spec, service: spec.service ?? onlyOf(all, spec.uuid) }));
  const characteristics: Characteristic[] = [];
  const services = all.map((uuid) => {
    const service = new Service(uuid);
    const said = owned.filter((spec) => spec.service === uuid);
    for (const spec of said.length > 0 ? said : usualCharacteristics(uuid)) {
      characteristics.push(makeCharacteristic(service, spec, options));
    }
    return service;
  });
  return { services, characteristics };
};

const onlyOf = (services: readonly Uuid[], characteristic: Uuid): Uuid => {
  const [only, other] = services;
  if (only !== undefined && other === undefined) return only;
  throw new UsageError(`say which service ${characteristic} belongs to, as in 180f/${characteristic}`);
};

const makeCharacteristic = (
  service: Service,
  { uuid, properties: has, initial }: CharacteristicSpec,
  { events, permission }: ServedOptions,
): Characteristic =>
  new Characteristic(service, uuid, {
    ...Object.fromEntries(has.map((property) => [property, permission])),
    initial,
    onSubscribe: (connection, wants) => events.subscribed(uuid, connection, wants),
    onWrite: (value, connection) => events.written(uuid, connection, value),
  });

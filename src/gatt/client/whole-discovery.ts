import { type CharacteristicRecord, lastInclude, type ServiceRecord } from './attribute-records.ts';
import type { Discovery } from './discovery.ts';

/** Services within services that are looked through at once; what lies deeper is found when it is asked for. */
const MAX_INCLUDE_DEPTH = 8;

/**
 * Everything about these services that is not known yet, and the services that they include: all characteristics with a few requests over the whole
 * range, then all descriptors so. What each service includes is asked for only where an include declaration has room, in front of the first characteristic
 * (Vol 3, Part G, 3.1).
 */
export const discoverWhole = async (
  discovery: Discovery,
  known: readonly ServiceRecord[],
): Promise<readonly ServiceRecord[]> => {
  let services = known;
  for (let depth = 0; depth < MAX_INCLUDE_DEPTH; depth++) {
    services = await withCharacteristics(discovery, services);
    const open = services.filter(({ includes }) => includes === undefined);
    if (open.length === 0) break;
    services = await withIncludes(discovery, services, open);
  }
  return withDescriptors(discovery, services);
};

const withCharacteristics = async (
  discovery: Discovery,
  services: readonly ServiceRecord[],
): Promise<readonly ServiceRecord[]> => {
  const lacking = services.filter(({ characteristics }) => characteristics === undefined);
  const found = byOwner(lacking, await discovery.characteristics(lacking));
  return services.map((service) => {
    const characteristics = found.get(service);
    return characteristics === undefined ? service : { ...service, characteristics };
  });
};

const withIncludes = async (
  discovery: Discovery,
  services: readonly ServiceRecord[],
  open: readonly ServiceRecord[],
): Promise<readonly ServiceRecord[]> => {
  const spacious = open.filter((service) => lastInclude(service) > service.handle);
  const [first] = spacious;
  const range =
    first === undefined
      ? undefined
      : { handle: first.handle + 1, endHandle: Math.max(...spacious.map(lastInclude)) };
  const found = range === undefined ? [] : await discovery.includes(spacious, range, services);
  const includesOf = byOwner(spacious, found);
  const filled = new Map<number, ServiceRecord>();
  for (const service of services) {
    const includes = service.includes ?? includesOf.get(service)?.map(({ handle }) => handle) ?? [];
    filled.set(service.handle, { ...service, includes });
  }
  for (const service of found.flat()) {
    if (!filled.has(service.handle)) filled.set(service.handle, service);
  }
  return [...filled.values()].sort((a, b) => a.handle - b.handle);
};

const withDescriptors = async (
  discovery: Discovery,
  services: readonly ServiceRecord[],
): Promise<readonly ServiceRecord[]> => {
  const lacking = services
    .flatMap(({ characteristics = [] }) => characteristics)
    .filter(({ descriptors }) => descriptors === undefined);
  const found = byOwner(lacking, await discovery.descriptors(lacking));
  const fill = (characteristic: CharacteristicRecord): CharacteristicRecord => {
    const descriptors = found.get(characteristic);
    return descriptors === undefined ? characteristic : { ...characteristic, descriptors };
  };
  return services.map((service) => ({ ...service, characteristics: service.characteristics?.map(fill) }));
};

const byOwner = <O, T>(owners: readonly O[], lists: readonly (readonly T[])[]): Map<O, readonly T[]> =>
  new Map(owners.map((owner, i) => [owner, lists[i] ?? []]));

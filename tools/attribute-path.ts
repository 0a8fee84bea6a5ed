import { UsageError } from './exit.ts';

/** Which characteristic of a peer is meant. */
export type AttributePath =
  | { readonly by: 'handle'; readonly handle: number }
  | { readonly by: 'name'; readonly service: string | undefined; readonly characteristic: string };

/** What an argument of this kind is called in help, and how it is given. */
export const attributeOperand = {
  name: 'CHARACTERISTIC',
  help: "UUID or assigned name, as in 2a19 or 'Battery Level'; with its service as in 180f/2a19 where several are alike; or the handle of its value as in @0x0012",
};

export const parseAttributePath = (given: string): AttributePath => {
  if (given.startsWith('@')) {
    const handle = /^@(0x[0-9a-f]{1,4}|\d+)$/i.test(given) ? Number(given.slice(1)) : 0;
    if (handle < 1 || handle > 0xffff) {
      throw new UsageError(`'${given}' is no handle: give one from @0x0001 to @0xffff`);
    }
    return { by: 'handle', handle };
  }
  const parts = given.split('/');
  const [service, characteristic] = parts.length === 1 ? [undefined, parts[0]] : parts;
  if (parts.length > 2 || !characteristic || service === '') {
    throw new UsageError(`'${given}' is no characteristic: give UUID, SERVICE/UUID or @HANDLE`);
  }
  return { by: 'name', service, characteristic };
};

/** What can be chosen from. */
export interface Candidate {
  readonly uuid: string;
  readonly handle: number;
  readonly service: { readonly uuid: string };
}

export interface Names {
  /** The canonical form of a UUID; throws for what is none. */
  readonly parseUuid: (text: string) => string;
  readonly serviceName: (uuid: string) => string | undefined;
  readonly characteristicName: (uuid: string) => string | undefined;
}

/** Those that the path may mean. */
export const matching = <C extends Candidate>(
  path: AttributePath,
  candidates: readonly C[],
  names: Names,
): readonly C[] => {
  if (path.by === 'handle') return candidates.filter(({ handle }) => handle === path.handle);
  const { service, characteristic } = path;
  return candidates.filter(
    (candidate) =>
      isMeant(characteristic, candidate.uuid, names.characteristicName, names) &&
      (service === undefined || isMeant(service, candidate.service.uuid, names.serviceName, names)),
  );
};

const isMeant = (
  given: string,
  uuid: string,
  nameOf: (uuid: string) => string | undefined,
  names: Names,
): boolean => nameOf(uuid)?.toLowerCase() === given.toLowerCase() || canonical(given, names) === uuid;

const canonical = (given: string, names: Names): string | undefined => {
  try {
    return names.parseUuid(given);
  } catch {
    return undefined;
  }
};

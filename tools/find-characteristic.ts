import {
  type Connection,
  characteristicName,
  parseUuid,
  type RemoteCharacteristic,
  serviceName,
  type WaitOptions,
} from 'jelling';
import { type AttributePath, matching } from './attribute-path.ts';
import { PeerError } from './peer.ts';

/** The characteristic that the user means. Throws PeerError, which lists what the peer has or what is alike. */
export const findCharacteristic = async (
  connection: Connection,
  path: AttributePath,
  given: string,
  wait: WaitOptions,
): Promise<RemoteCharacteristic> => {
  const all: RemoteCharacteristic[] = [];
  for (const service of await connection.services(wait)) all.push(...(await service.characteristics(wait)));
  const meant = matching(path, all, { parseUuid, serviceName, characteristicName });
  const [found, other] = meant;
  if (found !== undefined && other === undefined) return found;
  throw found === undefined
    ? new PeerError(
        `${connection.device} has no characteristic '${given}'; it has:\n${list(all)}`,
        'BLE_NOT_FOUND',
      )
    : new PeerError(
        `several characteristics are '${given}'; give one by its handle:\n${list(meant)}`,
        'AMBIGUOUS',
      );
};

const list = (characteristics: readonly RemoteCharacteristic[]): string =>
  characteristics
    .map(({ uuid, handle, service }) => {
      const name = characteristicName(uuid);
      return `  @0x${handle.toString(16).padStart(4, '0')}  ${service.uuid}/${uuid}${name === undefined ? '' : `  ${name}`}`;
    })
    .join('\n');

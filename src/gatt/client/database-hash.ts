import { ReadByType } from '../../att/codec/exchanges.ts';
import { toHex } from '../../core/bytes.ts';
import { AttError } from '../../core/errors.ts';
import { FIRST_HANDLE, GattUuid, LAST_HANDLE } from '../gatt-codes.ts';
import { type ClientContext, DISCOVERY_STEP_TIMEOUT_MS } from './client-context.ts';
import { isOutOfSync, type Validity } from './client-requests.ts';

/** Vol 3, Part G, 7.3. */
const HASH_LENGTH = 16;

/**
 * The server's Database Hash as 32 hexadecimal digits; undefined where it has none. Read by its UUID over all handles, as it has to be, and when every other request has been
 * answered, so that a server which holds the client to be out of date learns that it is not (Vol 3, Part G, 2.5.2.1 and 7.3).
 */
export const readDatabaseHash = async (
  { requests, peer }: ClientContext,
  validity: Validity,
  stepTimeoutMs = 0,
): Promise<string | undefined> => {
  const what = `reading the Database Hash of ${peer}`;
  const defaultTimeoutMs = Math.max(stepTimeoutMs, DISCOVERY_STEP_TIMEOUT_MS);
  await requests.settled(what);
  const range = { startingHandle: FIRST_HANDLE, endingHandle: LAST_HANDLE };
  try {
    const [item] = await requests.request(
      ReadByType,
      { ...range, attributeType: GattUuid.databaseHash },
      { what, validity, defaultTimeoutMs, raiseSecurity: false },
    );
    return item?.value.length === HASH_LENGTH ? toHex(item.value) : undefined;
  } catch (error) {
    if (error instanceof AttError && !isOutOfSync(error)) return undefined;
    throw error;
  }
};

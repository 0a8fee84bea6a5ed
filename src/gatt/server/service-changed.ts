import { writeU16 } from '../../core/bytes.ts';
import type { Log } from '../../core/log.ts';
import type { HandleRange } from './attribute-database.ts';
import { wantsIndications } from './client-state.ts';
import type { ServerSession } from './server-session.ts';

/** Where the characteristic stands. */
interface ServiceChangedHandles {
  readonly handle: number;
  readonly configurationHandle: number;
}

/**
 * Tells clients which handles mean something else now (Vol 3, Part G, 7.1). One indication at a time is on its way to each; what changes meanwhile is told by the
 * next.
 */
export class ServiceChanged {
  readonly #handles: ServiceChangedHandles;
  readonly #log: Log;
  readonly #telling = new WeakSet<ServerSession>();

  constructor(handles: ServiceChangedHandles, log: Log) {
    this.#handles = handles;
    this.#log = log;
  }

  /** Tells a client what there is to be told. It does not matter when its link ends meanwhile: what it has not confirmed is told on the next. */
  tell(session: ServerSession): void {
    if (this.#telling.has(session)) return;
    this.#telling.add(session);
    this.#tellAll(session)
      .catch((error: unknown) => {
        this.#log.write('debug', 'gatt', () => `Service Changed was not confirmed: ${String(error)}`);
      })
      .finally(() => this.#telling.delete(session));
  }

  async #tellAll(session: ServerSession): Promise<void> {
    const { client, link } = session;
    for (;;) {
      if (!wantsIndications(client.configuration(this.#handles.configurationHandle))) {
        client.dropAnnouncement();
        return;
      }
      const range = client.announce();
      if (range === undefined) return;
      await link.bearer.indicate(this.#handles.handle, serviceChangedValue(range), {
        what: `telling ${link.what} of changed services`,
        timeoutMs: Number.POSITIVE_INFINITY,
        // A request may come right behind the confirmation.
        onConfirmed: () => client.announced(session.bearers.size),
      });
    }
  }
}

const serviceChangedValue = ({ start, end }: HandleRange): Uint8Array => {
  const value = new Uint8Array(4);
  writeU16(value, 0, start);
  writeU16(value, 2, end);
  return value;
};

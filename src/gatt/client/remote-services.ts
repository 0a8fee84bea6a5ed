import { InvalidStateError } from '../../core/errors.ts';
import type { Uuid } from '../../core/uuid.ts';
import type { ServiceRecord } from './attribute-records.ts';
import type { Validity } from './client-requests.ts';
import type { RemoteService } from './remote-service.ts';

/** The objects of a server's services: one for each, however it was found, until the server changes it. */
export class RemoteServices {
  readonly #peer: string;
  readonly #make: (record: ServiceRecord) => RemoteService;
  readonly #objects = new Map<number, RemoteService>();
  #primary: readonly RemoteService[] | undefined;
  #isWhole = false;
  #changes = 0;

  constructor(peer: string, make: (record: ServiceRecord) => RemoteService) {
    this.#peer = peer;
    this.#make = make;
  }

  /** All primary services in the order of their handles; undefined while they are not all known. */
  get primary(): readonly RemoteService[] | undefined {
    return this.#primary;
  }

  /** The same, where nothing of them needs to be asked any more. */
  get whole(): readonly RemoteService[] | undefined {
    return this.#isWhole ? this.#primary : undefined;
  }

  /** What is known of all that are known, in the order of their handles. */
  get records(): readonly ServiceRecord[] {
    return [...this.#objects.values()].map(({ record }) => record).sort((a, b) => a.handle - b.handle);
  }

  /** Lasts until the server changes any of its services. */
  sinceNow(): Validity {
    const before = this.#changes;
    const isOver = (): boolean => this.#changes !== before;
    const peer = this.#peer;
    return {
      get obsolete() {
        if (!isOver()) return undefined;
        return new InvalidStateError(`${peer} has changed its services meanwhile: try again`);
      },
    };
  }

  /** The first primary service of that UUID, where it is known. */
  first(uuid: Uuid): RemoteService | undefined {
    // A search for a UUID begins at the first handle, so that the lowest one known is the first.
    let first: RemoteService | undefined;
    for (const service of this.#objects.values()) {
      if (service.uuid !== uuid || !service.isPrimary) continue;
      if (first === undefined || service.handle < first.handle) first = service;
    }
    return first;
  }

  /** The objects of services that were found, with all that was found of them. Throws the error of `validity` where that has ended: nobody knows then what they are. */
  take(records: readonly ServiceRecord[], validity: Validity): readonly RemoteService[] {
    if (validity.obsolete !== undefined) throw validity.obsolete;
    const services = records.map((record) => this.#at(record));
    for (const [i, service] of services.entries()) {
      const record = records[i];
      if (record !== undefined) service.learn(record, (handle) => this.#objects.get(handle));
    }
    return services;
  }

  /** As `take`, of all primary services that there are. */
  takeAll(records: readonly ServiceRecord[], validity: Validity): readonly RemoteService[] {
    this.#primary = this.take(records, validity);
    return this.#primary;
  }

  /** As `take`, of all services with all that there is of them. */
  takeWhole(records: readonly ServiceRecord[], validity: Validity): readonly RemoteService[] {
    this.take(records, validity);
    this.#isWhole = true;
    return this.#primary ?? [];
  }

  /** The server has changed what stands at these handles. Objects that stand there reject every call from now on. */
  invalidate(start: number, end: number): void {
    this.#changes++;
    this.#primary = undefined;
    this.#isWhole = false;
    for (const [handle, service] of this.#objects) {
      if (service.endHandle < start || service.handle > end) continue;
      this.#objects.delete(handle);
      service.invalidate();
    }
  }

  /** What a service is stands in its own declaration: an include declaration repeats that, and some servers repeat it wrongly. */
  #at(record: ServiceRecord): RemoteService {
    const known = this.#objects.get(record.handle);
    const same = known?.uuid === record.uuid && known.endHandle === record.endHandle;
    if (known !== undefined && (same || !record.primary)) return known;
    known?.invalidate();
    const service = this.#make(record);
    this.#objects.set(record.handle, service);
    return service;
  }
}

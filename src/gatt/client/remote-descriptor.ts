import type { Bytes } from '../../core/bytes.ts';
import type { Uuid } from '../../core/uuid.ts';
import { type ValueLike, valueBytes } from '../local-value.ts';
import type { AccessOptions } from './access-options.ts';
import type { DescriptorRecord } from './attribute-records.ts';
import type { ClientContext } from './client-context.ts';
import type { RemoteCharacteristic } from './remote-characteristic.ts';
import { type RemoteAttribute, readRemoteValue, writeRemoteValue } from './remote-value.ts';

/** A descriptor of a peer's characteristic. */
export class RemoteDescriptor {
  readonly uuid: Uuid;
  readonly handle: number;
  readonly characteristic: RemoteCharacteristic;
  readonly #context: ClientContext;
  readonly #attribute: RemoteAttribute;

  constructor(context: ClientContext, characteristic: RemoteCharacteristic, record: DescriptorRecord) {
    this.#context = context;
    this.characteristic = characteristic;
    this.uuid = record.uuid;
    this.handle = record.handle;
    this.#attribute = {
      handle: record.handle,
      name: `descriptor ${record.uuid} of characteristic ${characteristic.uuid} of ${context.peer}`,
      validity: characteristic.service,
    };
  }

  /** The whole value. Throws AttError where the peer refuses. Default deadline 1 s for each step. */
  async read(options: AccessOptions = {}): Promise<Bytes> {
    this.characteristic.service.checkCurrent();
    return readRemoteValue(this.#context, this.#attribute, options);
  }

  /** Writes the whole value, with the peer's answer. Throws as `read`. */
  async write(value: ValueLike, options: AccessOptions = {}): Promise<void> {
    this.characteristic.service.checkCurrent();
    await writeRemoteValue(this.#context, this.#attribute, valueBytes(value), options);
  }
}

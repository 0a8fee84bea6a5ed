import type { Bytes } from '../core/bytes.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { Uuid } from '../core/uuid.ts';
import type { ClientContext } from './client-context.ts';
import type { DescriptorRecord } from './discovery.ts';
import { type ValueLike, valueBytes } from './local-value.ts';
import type { RemoteCharacteristic } from './remote-characteristic.ts';
import { readRemoteValue, writeRemoteValue } from './remote-value.ts';

/** A descriptor of a peer's characteristic. */
export class RemoteDescriptor {
  readonly uuid: Uuid;
  readonly handle: number;
  readonly characteristic: RemoteCharacteristic;
  readonly #context: ClientContext;

  constructor(context: ClientContext, characteristic: RemoteCharacteristic, record: DescriptorRecord) {
    this.#context = context;
    this.characteristic = characteristic;
    this.uuid = record.uuid;
    this.handle = record.handle;
  }

  /** The whole value. Throws AttError where the peer refuses. Default deadline 1 s for each step. */
  async read(options: WaitOptions = {}): Promise<Bytes> {
    this.characteristic.service.checkCurrent();
    return readRemoteValue(this.#context, this.handle, this.#name, options);
  }

  /** Writes the whole value, with the peer's answer. Throws as `read`. */
  async write(value: ValueLike, options: WaitOptions = {}): Promise<void> {
    this.characteristic.service.checkCurrent();
    await writeRemoteValue(this.#context, this.handle, valueBytes(value), this.#name, options);
  }

  get #name(): string {
    return `descriptor ${this.uuid} of characteristic ${this.characteristic.uuid} of ${this.#context.peer}`;
  }
}

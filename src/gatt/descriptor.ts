import { InvalidArgumentError } from '../core/errors.ts';
import { parseUuid, type UuidLike } from '../core/uuid.ts';
import { openAccess } from './access.ts';
import type { Attribute } from './attribute.ts';
import type { ConnectionRef } from './connection-ref.ts';
import { GattUuid } from './gatt-codes.ts';
import { LocalAttribute, type LocalAttributeOptions } from './local-attribute.ts';
import type { ValueLike } from './local-value.ts';
import {
  addPart,
  attributeCount,
  layOut,
  type PartOwner,
  place,
  type ServerBinding,
  type ServicePart,
} from './server-binding.ts';

export interface DescriptorOptions<C extends ConnectionRef> extends LocalAttributeOptions<C> {
  readonly read?: boolean | undefined;
  readonly write?: boolean | undefined;
}

/** Describes a characteristic of a server (Vol 3, Part G, 3.3.3). */
export class Descriptor<C extends ConnectionRef = ConnectionRef>
  extends LocalAttribute<C, false>
  implements ServicePart
{
  readonly [attributeCount] = 1;
  readonly #options: DescriptorOptions<C>;

  /**
   * Throws InvalidArgumentError for 0x2902, which is made by itself where a characteristic notifies or indicates, and InvalidStateError when
   * the service is registered.
   */
  constructor(characteristic: PartOwner, uuid: UuidLike, options: DescriptorOptions<C> = {}) {
    const parsed = parseUuid(uuid);
    super(
      parsed,
      `descriptor ${parsed} of ${characteristic.label}`,
      options.write === true,
      undefined,
      options,
    );
    if (parsed === GattUuid.clientCharacteristicConfiguration) {
      throw new InvalidArgumentError(
        'descriptor 2902 is made by itself: declare the characteristic with notify or indicate',
      );
    }
    this.#options = options;
    characteristic[addPart](this);
  }

  /** Sets the local value. Throws InvalidArgumentError for one that is too long. */
  write(value: ValueLike): void {
    this.localValue.set(value);
  }

  [layOut](handle: number): Attribute[] {
    const { read, write } = this.#options;
    return [
      {
        handle,
        type: this.uuid,
        groupEnd: handle,
        permissions: {
          read: read === true ? openAccess : undefined,
          write: write === true ? openAccess : undefined,
        },
        source: this.source,
      },
    ];
  }

  [place](binding: ServerBinding | undefined, handle: number): void {
    this.bind(binding, handle);
  }
}

import { InvalidArgumentError } from '../../core/errors.ts';
import { parseUuid, type UuidLike } from '../../core/uuid.ts';
import { accessRule, type Permission, type Permissions } from '../access.ts';
import { GattUuid } from '../gatt-codes.ts';
import type { ValueLike } from '../local-value.ts';
import type { Attribute } from './attribute.ts';
import type { ConnectionRef } from './connection-ref.ts';
import { LocalAttribute, type LocalAttributeOptions } from './local-attribute.ts';
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
  /** Whether clients can read it, and over what links. */
  readonly read?: Permission | undefined;
  readonly write?: Permission | undefined;
}

/** Descriptors that must agree with the characteristic, and the options that make them. */
const madeByItself: Readonly<Record<string, string>> = {
  [GattUuid.characteristicExtendedProperties]: 'reliableWrite or a description that can be written',
  [GattUuid.clientCharacteristicConfiguration]: 'notify or indicate',
  [GattUuid.characteristicAggregateFormat]: 'several formats',
};

/** Describes a characteristic of a server (Vol 3, Part G, 3.3.3). */
export class Descriptor<C extends ConnectionRef = ConnectionRef>
  extends LocalAttribute<C, false>
  implements ServicePart
{
  readonly [attributeCount] = 1;
  readonly #permissions: Permissions;

  /**
   * Throws InvalidArgumentError for those that options of the characteristic make (0x2900, 0x2902, 0x2905), and InvalidStateError when the service is
   * registered.
   */
  constructor(characteristic: PartOwner, uuid: UuidLike, options: DescriptorOptions<C> = {}) {
    const parsed = parseUuid(uuid);
    const permissions = { read: accessRule(options.read), write: accessRule(options.write) };
    super(
      {
        uuid: parsed,
        what: `descriptor ${parsed} of ${characteristic.label}`,
        writable: permissions.write !== undefined,
      },
      options,
    );
    const instead = madeByItself[parsed];
    if (instead !== undefined) {
      throw new InvalidArgumentError(
        `descriptor ${parsed} is made by itself: declare the characteristic with ${instead}`,
      );
    }
    this.#permissions = permissions;
    characteristic[addPart](this);
  }

  /** Sets the local value. Throws InvalidArgumentError for one that is too long. */
  write(value: ValueLike): void {
    this.localValue.set(value);
  }

  [layOut](handle: number): Attribute[] {
    return [
      {
        handle,
        type: this.uuid,
        groupEnd: handle,
        permissions: this.#permissions,
        authorize: this.authorizer(handle),
        source: this.source,
      },
    ];
  }

  [place](binding: ServerBinding | undefined, handle: number): void {
    this.bind(binding, handle);
  }
}

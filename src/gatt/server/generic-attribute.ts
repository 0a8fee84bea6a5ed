import type { Uuid } from '../../core/uuid.ts';
import { type AccessRule, openAccess } from '../access.ts';
import { GattUuid, ServerFeature } from '../gatt-codes.ts';
import type { Attribute, AttributeSource } from './attribute.ts';
import { Characteristic } from './characteristic.ts';
import { characteristicDeclaration } from './characteristic-declaration.ts';
import { clientFeaturesSource } from './client-features-source.ts';
import { addPart, attributeCount, layOut, place, type ServicePart } from './server-binding.ts';
import { Service } from './service.ts';

export interface GenericAttributeOptions {
  /** The Database Hash as it is now, 16 octets. */
  readonly databaseHash: () => Uint8Array;
  /** Whether the server takes Enhanced ATT bearers, which its Server Supported Features then tell (Vol 3, Part G, 5.3 and 7.4). */
  readonly enhancedBearers: boolean;
}

/** A characteristic whose value is the server's own. Everybody may read it (Vol 3, Part G, 7.2 to 7.4). */
class ServerValue implements ServicePart {
  readonly [attributeCount] = 2;
  readonly #uuid: Uuid;
  readonly #write: AccessRule | undefined;
  readonly #sourceAt: (handle: number) => AttributeSource;

  constructor(uuid: Uuid, write: AccessRule | undefined, sourceAt: (handle: number) => AttributeSource) {
    this.#uuid = uuid;
    this.#write = write;
    this.#sourceAt = sourceAt;
  }

  [layOut](handle: number): Attribute[] {
    const valueHandle = handle + 1;
    const properties = { read: true, write: this.#write !== undefined };
    return [
      characteristicDeclaration(handle, valueHandle, this.#uuid, properties),
      {
        handle: valueHandle,
        type: this.#uuid,
        groupEnd: valueHandle,
        permissions: { read: openAccess, write: this.#write },
        source: this.#sourceAt(valueHandle),
      },
    ];
  }

  [place](): void {
    // Nobody asks where it stands.
  }
}

const readOnly = (value: () => Uint8Array): AttributeSource => ({
  maxLength: 0,
  value,
  commit: () => undefined,
});

/** The Generic Attribute service (Vol 3, Part G, 7). */
export class GenericAttribute {
  readonly service = new Service(GattUuid.genericAttribute);
  readonly #serviceChanged = new Characteristic(this.service, GattUuid.serviceChanged, {
    indicate: true,
    maxLength: 4,
  });

  constructor({ databaseHash, enhancedBearers }: GenericAttributeOptions) {
    const { service } = this;
    service[addPart](new ServerValue(GattUuid.clientSupportedFeatures, openAccess, clientFeaturesSource));
    const hash: AttributeSource = {
      ...readOnly(databaseHash),
      answer: ({ client }) => {
        client.tell({ kind: 'hashRead' });
        return databaseHash();
      },
    };
    service[addPart](new ServerValue(GattUuid.databaseHash, undefined, () => hash));
    const features = Uint8Array.of(enhancedBearers ? ServerFeature.enhancedAttBearer : 0);
    service[addPart](
      new ServerValue(GattUuid.serverSupportedFeatures, undefined, () => readOnly(() => features)),
    );
  }

  /** Where Service Changed stands, and its configuration. */
  get serviceChanged(): { readonly handle: number; readonly configurationHandle: number } {
    return this.#serviceChanged;
  }
}

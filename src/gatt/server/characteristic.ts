import { MAX_ATTRIBUTE_LENGTH } from '../../att/att-codes.ts';
import type { Bytes } from '../../core/bytes.ts';
import { InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import { parseUuid, type UuidLike } from '../../core/uuid.ts';
import { bothRules, openAccess, type Permissions } from '../access.ts';
import { GattUuid } from '../gatt-codes.ts';
import { type ValueLike, valueBytes } from '../local-value.ts';
import type { CharacteristicProperties } from '../properties.ts';
import type { Attribute } from './attribute.ts';
import { characteristicDeclaration } from './characteristic-declaration.ts';
import {
  type CharacteristicOptions,
  descriptionOf,
  extendedPropertiesOf,
  formatsOf,
  permissionsOf,
  propertiesOf,
  type Subscription,
  traitsOf,
} from './characteristic-options.ts';
import { wantsIndications, wantsNotifications } from './client-state.ts';
import { configurationSource } from './configuration-source.ts';
import type { ConnectionRef } from './connection-ref.ts';
import { Descriptor } from './descriptor.ts';
import { LocalAttribute } from './local-attribute.ts';
import { type OutgoingValue, outgoing } from './notify-multiple.ts';
import { connectionOf } from './run-handler.ts';
import { type SendKind, type SendOptions, type SendTarget, sendToAll, sendToOne } from './send.ts';
import {
  addPart,
  attributeCount,
  captures,
  layOut,
  type PartOwner,
  place,
  type ServerBinding,
  type ServicePart,
} from './server-binding.ts';
import type { ServerSession } from './server-session.ts';
import type { WriteQueue } from './write-queue.ts';

export type { CharacteristicOptions, Subscription };

/** A characteristic of a server (Vol 3, Part G, 3.3). `C` is the class of the connections that it is given. */
export class Characteristic<C extends ConnectionRef = ConnectionRef, Capture extends boolean = false>
  extends LocalAttribute<C, Capture>
  implements ServicePart, PartOwner
{
  readonly properties: CharacteristicProperties;
  readonly #options: CharacteristicOptions<C, Capture>;
  readonly #permissions: Permissions;
  readonly #descriptors: ServicePart[] = [];
  /** The Characteristic User Description that `description` has made. */
  readonly description: Descriptor<C> | undefined;
  /** Where it stands; handles are 0 while its service is not registered. */
  #target: SendTarget;

  /**
   * Throws InvalidArgumentError for an initial value longer than `maxLength`, for `capture` or `append` where clients cannot write, for a rule that no
   * link can keep, for a format that is none, and InvalidStateError when the service is registered.
   */
  constructor(service: PartOwner, uuid: UuidLike, options: CharacteristicOptions<C, Capture> = {}) {
    const parsed = parseUuid(uuid);
    const permissions = permissionsOf(options);
    const extended = extendedPropertiesOf(options);
    super(traitsOf(parsed, service.label, permissions, options), options);
    this.properties = propertiesOf(permissions, extended !== undefined);
    this.#options = options;
    this.#permissions = permissions;
    this.#target = this.#placed(0, 0);
    if (extended !== undefined) this.#descriptors.push(extended);
    const description = descriptionOf(options);
    if (description !== undefined)
      this.description = new Descriptor(this, GattUuid.characteristicUserDescription, description);
    this.#descriptors.push(...formatsOf(options));
    service[addPart](this);
  }

  get label(): string {
    return this.what;
  }

  /** Where a client writes its subscription; 0 where there is none. */
  get configurationHandle(): number {
    return this.#target.configurationHandle;
  }

  [addPart](descriptor: ServicePart): void {
    if (this.binding !== undefined) {
      throw new InvalidStateError(
        `${this.what} is registered: make its descriptors first, or unregister the service`,
      );
    }
    this.#descriptors.push(descriptor);
  }

  /**
   * Sets the local value. Throws InvalidArgumentError for one that is too long. `sendUpdate` also sends it to every client that has
   * subscribed, as a notification or an indication as each wants; nobody waits for those, and what goes wrong is logged.
   */
  write(value: ValueLike, options: { readonly sendUpdate?: boolean | undefined } = {}): void {
    this.localValue.set(value);
    const { binding } = this;
    if (options.sendUpdate !== true || binding === undefined) return;
    const { view } = this.localValue;
    const report = (error: unknown): void => {
      binding.log.write('warn', 'gatt', () => `an update of ${this.what} was not sent: ${String(error)}`);
    };
    const target = this.#target;
    for (const session of binding.sessions()) {
      const kind = wantsNotifications(session.client.configuration(target.configurationHandle))
        ? 'notify'
        : 'indicate';
      sendToAll(target, kind, [session], view, {}).catch(report);
    }
  }

  /** Gives the local value and leaves none: what clients have appended since the last call. A client's long read goes on as it began. */
  take(): Bytes {
    return this.localValue.take();
  }

  /**
   * Sends a notification: to one client, or to all that have subscribed. Resolves when the controller has room, so that whoever awaits
   * it keeps to the speed of the link. A link that ends meanwhile does not matter where it goes to all.
   * Throws InvalidStateError for a client that has not subscribed (see `force`), a link that does not offer what the rule of `notify` wants, or a
   * characteristic that does not notify; InvalidArgumentError for a value that does not fit into one PDU, DisconnectedError. Default deadline 1 s (Vol 3, Part G, 4.10.1).
   */
  notify(connection?: C | undefined, options: SendOptions = {}): Promise<void> {
    return this.#send('notify', connection, options);
  }

  /**
   * Sends an indication: to one client, or to all that have subscribed. Resolves when the client has confirmed it, or all have.
   * Rejects as `notify`, and with TimeoutError without a confirmation; the next indication still waits for it. Default deadline 1 s
   * (Vol 3, Part G, 4.11.1).
   */
  indicate(connection?: C | undefined, options: SendOptions = {}): Promise<void> {
    return this.#send('indicate', connection, options);
  }

  /** For notifyMultiple(). */
  [outgoing](connection: ConnectionRef, value: ValueLike | undefined): OutgoingValue {
    const session = this.requireBinding().session(connection);
    return { target: this.#target, value: this.#sent('notify', value), session };
  }

  /** What the client has asked to be sent. */
  subscription(connection: C): Subscription {
    const session = this.requireBinding().session(connection);
    return toSubscription(session.client.configuration(this.#target.configurationHandle));
  }

  /**
   * Resolves when the client has subscribed, at once if it has. No deadline unless one is given.
   * Throws InvalidStateError where there is nothing to subscribe to, DisconnectedError when the link ends.
   */
  async subscribed(connection: C, options: WaitOptions = {}): Promise<Subscription> {
    if (!this.properties.notify && !this.properties.indicate) throw this.#cannot('notify');
    const binding = this.requireBinding();
    const session = binding.session(connection);
    const handle = this.#target.configurationHandle;
    await procedure<void>(
      {
        what: `waiting for ${session.link.what} to subscribe to ${this.what}`,
        clock: binding.clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        scope: session.link.scope,
      },
      (settle) => {
        if (session.client.configuration(handle) === 0) return session.onSubscribed(handle, settle);
        settle.resolve();
        return undefined;
      },
    );
    return toSubscription(session.client.configuration(handle));
  }

  get [attributeCount](): number {
    let count = this.#hasConfiguration ? 3 : 2;
    for (const descriptor of this.#descriptors) count += descriptor[attributeCount];
    return count;
  }

  get [captures](): WriteQueue<ConnectionRef> | undefined {
    return this.writes.captures ? this.writes : undefined;
  }

  [layOut](handle: number): Attribute[] {
    const valueHandle = handle + 1;
    const attributes: Attribute[] = [
      characteristicDeclaration(handle, handle + this[attributeCount] - 1, this.uuid, this.properties),
      {
        handle: valueHandle,
        type: this.uuid,
        groupEnd: valueHandle,
        permissions: this.#permissions,
        authorize: this.authorizer(valueHandle),
        source: this.source,
      },
    ];
    if (this.#hasConfiguration) attributes.push(this.#configuration(handle + 2));
    for (const descriptor of this.#descriptors) {
      attributes.push(...descriptor[layOut](handle + attributes.length));
    }
    return attributes;
  }

  [place](binding: ServerBinding | undefined, handle: number): void {
    this.bind(binding, handle + 1);
    const configurationHandle = binding !== undefined && this.#hasConfiguration ? handle + 2 : 0;
    this.#target = this.#placed(this.handle, configurationHandle);
    let at = handle + (this.#hasConfiguration ? 3 : 2);
    for (const descriptor of this.#descriptors) {
      descriptor[place](binding, at);
      at += descriptor[attributeCount];
    }
  }

  #placed(handle: number, configurationHandle: number): SendTarget {
    return { what: this.what, handle, configurationHandle, permissions: this.#permissions };
  }

  get #hasConfiguration(): boolean {
    return this.properties.notify || this.properties.indicate;
  }

  #configuration(handle: number): Attribute {
    const { notify, indicate } = this.properties;
    const changed = (session: ServerSession, value: number): void => this.#tell(session, value);
    return {
      handle,
      type: GattUuid.clientCharacteristicConfiguration,
      groupEnd: handle,
      configures: this.uuid,
      permissions: {
        read: openAccess,
        write: bothRules(this.#permissions.notify, this.#permissions.indicate),
      },
      authorize: this.authorizer(handle, 'subscribe'),
      source: configurationSource(handle, { what: this.what, uuid: this.uuid, notify, indicate, changed }),
    };
  }

  /** After the write has been answered, so that the user's code does not run inside of it. */
  #tell(session: ServerSession, value: number): void {
    const { onSubscribe } = this.#options;
    if (onSubscribe === undefined) return;
    queueMicrotask(() => {
      if (session.link.scope.error !== undefined) return;
      try {
        onSubscribe(connectionOf<C>(session), toSubscription(value));
      } catch (error) {
        this.binding?.log.write(
          'error',
          'gatt',
          () => `onSubscribe of ${this.what} failed: ${String(error)}`,
        );
      }
    });
  }

  /** Sends, where the value and the client allow it. Not an async function: one promise less for each notification. */
  #send(kind: SendKind, connection: C | undefined, options: SendOptions): Promise<void> {
    try {
      const value = this.#sent(kind, options.value);
      const binding = this.requireBinding();
      const target = this.#target;
      if (connection === undefined) return sendToAll(target, kind, binding.sessions(), value, options);
      return sendToOne(target, kind, binding.session(connection), value, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** What is sent: the local value unless another is given. */
  #sent(kind: SendKind, given: ValueLike | undefined): Uint8Array {
    if (!this.properties[kind]) throw this.#cannot(kind);
    const value = given === undefined ? this.localValue.view : valueBytes(given);
    if (value.length <= MAX_ATTRIBUTE_LENGTH) return value;
    throw new InvalidArgumentError(
      `a value of ${value.length} octets is too long to be sent of ${this.what}: a value has ${MAX_ATTRIBUTE_LENGTH} at most`,
    );
  }

  #cannot(kind: SendKind): InvalidStateError {
    return new InvalidStateError(`${this.what} does not ${kind}: declare it with { ${kind}: true }`);
  }
}

const toSubscription = (configuration: number): Subscription => ({
  notify: wantsNotifications(configuration),
  indicate: wantsIndications(configuration),
});

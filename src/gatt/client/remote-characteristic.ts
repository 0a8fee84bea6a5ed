import { type Bytes, readU16, writeU16 } from '../../core/bytes.ts';
import {
  InvalidArgumentError,
  InvalidStateError,
  MalformedPduError,
  NotFoundError,
} from '../../core/errors.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import { parseUuid, type Uuid, type UuidLike } from '../../core/uuid.ts';
import { ClientConfiguration, ExtendedProperty, GattUuid } from '../gatt-codes.ts';
import { type ValueLike, valueBytes } from '../local-value.ts';
import type { PresentationFormat } from '../presentation-format.ts';
import { type CharacteristicProperties, printProperties, propertiesFromBits } from '../properties.ts';
import type { AccessOptions } from './access-options.ts';
import type { CharacteristicRecord, DescriptorRecord } from './attribute-records.ts';
import type { ClientContext } from './client-context.ts';
import { Deadline } from './deadline.ts';
import { Discovery } from './discovery.ts';
import { decodeFormatted, type FormattedValue } from './formatted-value.ts';
import { readPresentationFormats } from './read-presentation-formats.ts';
import { RemoteDescriptor } from './remote-descriptor.ts';
import type { RemoteService } from './remote-service.ts';
import { type RemoteAttribute, readRemoteValue, writeRemoteValue } from './remote-value.ts';
import { SharedResult } from './shared-result.ts';
import { type DepthOption, ValueFeed, type ValueLoss } from './value-feed.ts';
import type { ValueFeeds } from './value-hub.ts';
import type { ValueStream, ValueStreamOptions } from './value-stream.ts';

export interface WriteOptions extends AccessOptions {
  /** Whether the peer answers. By default it does where the characteristic can only be written so, or the value needs it. */
  readonly response?: boolean | undefined;
  /**
   * Whether the value is signed with the key of the bond, without response, on a link that is not encrypted; on one that is, it is written without signing (Vol 3, Part G, 4.9.2). By default
   * where the characteristic can only be written so. The bond needs a signing key of this side: see `giveKeys` of PairingOptions, and `encrypt` of ConnectOptions.
   */
  readonly signed?: boolean | undefined;
}

export interface SubscribeOptions extends AccessOptions, DepthOption {
  /** By default what the characteristic has, notifications where it has both. */
  readonly notify?: boolean | undefined;
  readonly indicate?: boolean | undefined;
}

/** Vol 3, Part G, 3.3.3.1. */
export interface ExtendedProperties {
  /** It takes a reliable write: see `connection.writeReliably`. */
  readonly reliableWrite: boolean;
  /** Its user description can be written. */
  readonly writableAuxiliaries: boolean;
}

const utf8 = new TextDecoder();

/** A characteristic of a peer, known by its handle: two of one UUID are two objects. Calls on it may overlap. */
export class RemoteCharacteristic {
  readonly uuid: Uuid;
  /** Of the value. */
  readonly handle: number;
  readonly properties: CharacteristicProperties;
  readonly service: RemoteService;
  /** @internal */
  readonly attribute: RemoteAttribute;
  readonly #context: ClientContext;
  readonly #record: CharacteristicRecord;
  readonly #descriptors: SharedResult<readonly RemoteDescriptor[]>;
  readonly #feeds: ValueFeeds;

  constructor(context: ClientContext, service: RemoteService, record: CharacteristicRecord) {
    this.#context = context;
    this.#record = record;
    this.service = service;
    this.uuid = record.uuid;
    this.handle = record.valueHandle;
    this.properties = propertiesFromBits(record.properties);
    this.attribute = {
      handle: record.valueHandle,
      name: `characteristic ${record.uuid} of ${context.peer}`,
      validity: service,
    };
    this.#descriptors = new SharedResult(context.learned);
    const { clock, bearer, values } = context;
    const onLoss = (loss: ValueLoss): void => values.count(loss);
    const feed = (kind: string): ValueFeed =>
      new ValueFeed({ what: `waiting for ${kind} of ${this.#name}`, clock, scope: bearer.scope, onLoss });
    this.#feeds = { notifications: feed('a notification'), indications: feed('an indication') };
    this.learn(record);
  }

  /** Of the declaration. */
  get declarationHandle(): number {
    return this.#record.handle;
  }

  /** The last handle that belongs to it. */
  get endHandle(): number {
    return this.#record.endHandle;
  }

  /** Notifications and indications that were lost because nobody read them in time. */
  get dropped(): number {
    return this.#feeds.notifications.dropped + this.#feeds.indications.dropped;
  }

  /**
   * The whole value, however long. Throws InvalidStateError where it cannot be read, AttError where the peer refuses, TimeoutError,
   * DisconnectedError. Default deadline 1 s for each step (Vol 3, Part G, 4.8.1 and 4.8.3).
   */
  async read(options: AccessOptions = {}): Promise<Bytes> {
    this.service.checkCurrent();
    if (!this.properties.read) throw this.#cannot('be read');
    return readRemoteValue(this.#context, this.attribute, options);
  }

  /**
   * Writes the whole value. With response it resolves on the peer's answer, and a value longer than one PDU is written in parts, all or
   * none; without, it resolves when the controller has room, and a value that does not fit into one PDU is an InvalidArgumentError. What is signed leaves when its counter
   * is kept with the bond.
   * Throws InvalidStateError where it cannot be written so, AttError where the peer refuses. Default deadline 1 s for each step, 5 s to keep a counter
   * (Vol 3, Part G, 4.9.1 to 4.9.4).
   */
  write(value: ValueLike, options: WriteOptions = {}): Promise<void> {
    try {
      return this.#write(valueBytes(value), options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Not an async function: one promise less for each write without response. */
  #write(bytes: Uint8Array, options: WriteOptions): Promise<void> {
    this.service.checkCurrent();
    const { write, writeNoResponse, signedWrite } = this.properties;
    if (!write && !writeNoResponse && !signedWrite) throw this.#cannot('be written');
    if (options.signed ?? !(write || writeNoResponse)) return this.#writeSigned(bytes, options);
    const { bearer } = this.#context;
    const response =
      options.response ?? (write && (!writeNoResponse || bytes.length > bearer.maxValueLength));
    if (response) {
      if (!write) throw this.#cannot('be written with a response: give { response: false }');
      return writeRemoteValue(this.#context, this.attribute, bytes, options);
    }
    if (!writeNoResponse) throw this.#cannot('be written without a response: give { response: true }');
    return bearer.writeCommand(this.handle, bytes, options);
  }

  #writeSigned(bytes: Uint8Array, options: WriteOptions): Promise<void> {
    if (!this.properties.signedWrite) throw this.#cannot('be written signed: leave out { signed: true }');
    if (options.response === true)
      throw new InvalidArgumentError('a signed write has no response: leave out { response: true }');
    return this.#context.signedWrites.write(this.attribute, bytes, options);
  }

  /**
   * Asks the peer to send its values. From when it resolves nothing is lost but what exceeds `depth`. Read them by `notified()`,
   * `indicated()`, or a loop over `notifications()`, `indications()`.
   * Throws InvalidStateError where the characteristic does not send so, NotFoundError where it has no descriptor to subscribe at, AttError
   * where the peer refuses. Default deadline 1 s for each step, 2 s to find the descriptor (Vol 3, Part G, 4.10 and 4.11).
   */
  async subscribe(options: SubscribeOptions = {}): Promise<void> {
    this.service.checkCurrent();
    const has = this.properties;
    const asked = options.notify !== undefined || options.indicate !== undefined;
    const notify = asked ? options.notify === true : has.notify;
    const indicate = asked ? options.indicate === true : has.indicate && !has.notify;
    if (!notify && !indicate && asked) {
      throw new InvalidArgumentError(
        'nothing to subscribe to: ask for notify or indicate, or call unsubscribe()',
      );
    }
    if ((notify && !has.notify) || (!notify && !indicate))
      throw this.#cannot('be subscribed to for notifications');
    if (indicate && !has.indicate) throw this.#cannot('be subscribed to for indications');
    const wanted = [
      ...(notify ? [this.#feeds.notifications] : []),
      ...(indicate ? [this.#feeds.indications] : []),
    ];
    // What the peer sends may overtake its answer to the write, so the values are kept from before it.
    const opened = wanted.filter((feed) => !feed.isOpen);
    for (const feed of wanted) feed.open(options);
    this.#context.values.register(this.handle, this.#feeds);
    try {
      await this.#configure(
        (notify ? ClientConfiguration.notify : 0) | (indicate ? ClientConfiguration.indicate : 0),
        options,
      );
    } catch (error) {
      for (const feed of opened) feed.close();
      throw error;
    }
  }

  /**
   * Asks the peer to send no more. What has not been read is forgotten, loops end, and who waits for a value gets InvalidStateError.
   * Throws as `subscribe`.
   */
  async unsubscribe(options: AccessOptions = {}): Promise<void> {
    this.service.checkCurrent();
    await this.#configure(0, options);
    this.#feeds.notifications.close();
    this.#feeds.indications.close();
  }

  /**
   * The next notification; one that came before the call counts. No deadline unless one is given.
   * Throws InvalidStateError where the characteristic does not notify or is unsubscribed meanwhile, DisconnectedError when the link ends.
   */
  async notified(options: WaitOptions = {}): Promise<Bytes> {
    return this.#feed('notify').next(options);
  }

  /** The next indication, as `notified`. It has been confirmed to the peer by then. */
  async indicated(options: WaitOptions = {}): Promise<Bytes> {
    return this.#feed('indicate').next(options);
  }

  /** A loop over the notifications: see ValueStream. Throws InvalidStateError where the characteristic does not notify. */
  notifications(options: ValueStreamOptions = {}): ValueStream {
    return this.#feed('notify').stream(options);
  }

  /** A loop over the indications, as `notifications`. */
  indications(options: ValueStreamOptions = {}): ValueStream {
    return this.#feed('indicate').stream(options);
  }

  /** Its descriptors, in the order of their handles. Asked of the peer once. Default deadline 2 s for each step. */
  async descriptors(options: WaitOptions = {}): Promise<readonly RemoteDescriptor[]> {
    this.service.checkCurrent();
    const { bearer, clock, peer, requests } = this.#context;
    const what = `discovering the descriptors of ${this.#name}`;
    const { signal, timeoutMs } = options;
    return this.#descriptors.get({ what, clock, scope: bearer.scope, signal, timeoutMs }, async () => {
      const validity = this.service;
      const discovery = new Discovery({ requests, peer, stepTimeoutMs: timeoutMs, validity });
      const [records = []] = await discovery.descriptors([this.#record]);
      return this.#descriptorsFrom(records);
    });
  }

  /** The first descriptor of that UUID. Throws NotFoundError, which lists what there is. */
  async descriptor(uuid: UuidLike, options: WaitOptions = {}): Promise<RemoteDescriptor> {
    const wanted = parseUuid(uuid);
    const all = await this.descriptors(options);
    const found = all.find((descriptor) => descriptor.uuid === wanted);
    if (found !== undefined) return found;
    const present = all.length === 0 ? 'it has none' : `it has ${all.map((each) => each.uuid).join(', ')}`;
    throw new NotFoundError(`${this.#name} has no descriptor ${wanted}: ${present}`);
  }

  /**
   * What the Characteristic User Description says (Vol 3, Part G, 3.3.3.2). Throws NotFoundError where there is none, and as `read` of a descriptor.
   */
  async userDescription(options: AccessOptions = {}): Promise<string> {
    return utf8.decode(await this.#readDescriptor(GattUuid.characteristicUserDescription, options));
  }

  /** What the Characteristic Extended Properties say (Vol 3, Part G, 3.3.3.1); nothing is asked where the characteristic has none. */
  async extendedProperties(options: AccessOptions = {}): Promise<ExtendedProperties> {
    if (!this.properties.extended) return { reliableWrite: false, writableAuxiliaries: false };
    const value = await this.#readDescriptor(GattUuid.characteristicExtendedProperties, options);
    if (value.length !== 2)
      throw new MalformedPduError(
        `the extended properties of ${this.#name} have ${value.length} octets, not 2`,
      );
    const bits = readU16(value, 0);
    return {
      reliableWrite: (bits & ExtendedProperty.reliableWrite) !== 0,
      writableAuxiliaries: (bits & ExtendedProperty.writableAuxiliaries) !== 0,
    };
  }

  /**
   * How the value is to be read (Vol 3, Part G, 3.3.3.5): one format for each part of it, in the order of the parts, which an Aggregate Format says where there is one
   * (3.3.3.6). Empty where the peer does not tell. Throws MalformedPduError for a format that is none, and as `read` of a descriptor.
   */
  async presentationFormats(options: AccessOptions = {}): Promise<readonly PresentationFormat[]> {
    const deadline = new Deadline(this.#context.clock, `describing ${this.#name}`, options);
    return readPresentationFormats(this.#context, await this.descriptors(deadline.step()), deadline);
  }

  /**
   * The whole value, read as its presentation formats say: one part for each of them, with its unit. Throws NotFoundError where the peer tells no format, MalformedPduError where the
   * value does not have the length of its formats, and as `read`.
   */
  async readFormatted(options: AccessOptions = {}): Promise<readonly FormattedValue[]> {
    const deadline = new Deadline(this.#context.clock, `reading ${this.#name}`, options);
    const formats = await this.presentationFormats(deadline.step());
    if (formats.length === 0)
      throw new NotFoundError(`${this.#name} does not tell how its value is to be read`);
    return decodeFormatted(await this.read(deadline.step()), formats);
  }

  /** @internal What is known of it. */
  get record(): CharacteristicRecord {
    const descriptors = this.#descriptors.current?.map(({ handle, uuid }) => ({ handle, uuid }));
    return { ...this.#record, descriptors };
  }

  /** @internal Takes over what has been found out elsewhere. */
  learn({ descriptors }: CharacteristicRecord): void {
    if (descriptors !== undefined) this.#descriptors.preset(this.#descriptorsFrom(descriptors));
  }

  /** @internal Throws InvalidArgumentError for one of another connection, InvalidStateError for one that cannot be read. */
  checkReadable(context: ClientContext): void {
    this.#checkOwner(context);
    if (!this.properties.read) throw this.#cannot('be read');
  }

  /** @internal As checkReadable; the server alone knows whether it takes a reliable write. */
  checkReliablyWritable(context: ClientContext): void {
    this.#checkOwner(context);
    if (!this.properties.write && !this.properties.extended) throw this.#cannot('be written reliably');
  }

  /** @internal The peer has changed its services and these handles mean nothing any more: waits end with the error. */
  invalidate(error: Error): void {
    this.#context.values.unregister(this.handle, this.#feeds);
    this.#feeds.notifications.end(error);
    this.#feeds.indications.end(error);
  }

  async #configure(value: number, options: AccessOptions): Promise<void> {
    const deadline = new Deadline(this.#context.clock, `configuring ${this.#name}`, options);
    const descriptor = await this.descriptor(GattUuid.clientCharacteristicConfiguration, deadline.step());
    const bytes = new Uint8Array(2);
    writeU16(bytes, 0, value);
    await descriptor.write(bytes, deadline.step());
  }

  #descriptorsFrom(records: readonly DescriptorRecord[]): readonly RemoteDescriptor[] {
    return records.map((record) => new RemoteDescriptor(this.#context, this, record));
  }

  #checkOwner(context: ClientContext): void {
    if (context !== this.#context)
      throw new InvalidArgumentError(
        `${this.#name} belongs to another connection than ${context.peer} has now`,
      );
    this.service.checkCurrent();
  }

  async #readDescriptor(uuid: Uuid, options: AccessOptions): Promise<Bytes> {
    const deadline = new Deadline(this.#context.clock, `describing ${this.#name}`, options);
    const descriptor = await this.descriptor(uuid, deadline.step());
    return descriptor.read(deadline.step());
  }

  /** The feed, which from now on gets what the peer sends. */
  #feed(kind: 'notify' | 'indicate'): ValueFeed {
    if (!this.properties[kind]) throw this.#cannot(kind);
    const { obsolete } = this.service;
    // The handle may be another's by now. What came before is still handed out.
    if (obsolete === undefined) this.#context.values.register(this.handle, this.#feeds);
    else this.invalidate(obsolete);
    return kind === 'notify' ? this.#feeds.notifications : this.#feeds.indications;
  }

  get #name(): string {
    return this.attribute.name;
  }

  #cannot(what: string): InvalidStateError {
    return new InvalidStateError(
      `${this.#name} cannot ${what}; what it can: ${printProperties(this.properties)}`,
    );
  }
}

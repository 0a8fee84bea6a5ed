import { Read, Write } from '../../att/codec/exchanges.ts';
import { noTimer, type Timer } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { ClientFeature, GattUuid } from '../gatt-codes.ts';
import type { ClientContext } from './client-context.ts';
import type { RemoteCharacteristic } from './remote-characteristic.ts';
import type { RemoteService } from './remote-service.ts';

/** A client that leaves before has no use for it, and one that stays has its own requests answered first. */
const REGISTER_AFTER_MS = 1_000;

/** What this client understands, whatever the server has and its own host lets it use. */
const CLIENT_FEATURES = ClientFeature.multipleHandleValueNotifications;

export interface ClientRegistrationOptions {
  readonly context: ClientContext;
  readonly log: Log;
  /** Whether the link may have Enhanced ATT bearers. */
  readonly enhancedBearers: boolean;
  /** Whether the server remembers a client's configuration when the link has ended. */
  readonly isBonded: () => boolean;
  /** What the server keeps of this client has changed. */
  readonly onChange: () => void;
}

/** What a bonded server remembers of this client. */
export interface Registered {
  readonly indicatesChanges: boolean;
  readonly clientFeatures: number;
}

/**
 * Makes a client known to the Generic Attribute service of its server (Vol 3, Part G, 7): to be told of changes, and to be spoken to in ways that it understands. That is done once on a
 * link, or once for a bond; a second after the service was found, beside the user's own requests, and without a word to the user where it fails.
 */
export class ClientRegistration {
  readonly #options: ClientRegistrationOptions;
  #registered: Registered = { indicatesChanges: false, clientFeatures: 0 };
  #service: RemoteService | undefined;
  #timer: Timer = noTimer;

  constructor(options: ClientRegistrationOptions) {
    this.#options = options;
    options.context.bearer.scope.add(() => this.#timer.cancel());
  }

  /** Whether the server has been asked to indicate Service Changed. */
  get indicatesChanges(): boolean {
    return this.#registered.indicatesChanges;
  }

  /** The bits of Client Supported Features that the server has. */
  get clientFeatures(): number {
    return this.#registered.clientFeatures;
  }

  /** What the server has kept from another link. */
  restore({ indicatesChanges, clientFeatures }: Registered): void {
    this.#registered = { indicatesChanges, clientFeatures };
  }

  /** The Generic Attribute service has been found. One that stands in the place of another, which has changed, may have forgotten all. */
  found(service: RemoteService): void {
    if (this.#service !== undefined) this.#registered = { indicatesChanges: false, clientFeatures: 0 };
    this.#service = service;
    this.#timer.cancel();
    if (this.#options.context.bearer.scope.error !== undefined) return;
    const register = (): void => void this.#register(service);
    this.#timer = this.#options.context.clock.after(REGISTER_AFTER_MS, register, { background: true });
  }

  async #register(service: RemoteService): Promise<void> {
    const { context, log, enhancedBearers, onChange } = this.#options;
    try {
      const characteristics = await service.characteristics();
      const find = (uuid: string): RemoteCharacteristic | undefined =>
        characteristics.find((each) => each.uuid === uuid);
      const changed = find(GattUuid.serviceChanged);
      if (changed?.properties.indicate === true && !this.indicatesChanges) {
        await changed.subscribe({ indicate: true, depth: 1, raiseSecurity: false });
        this.#registered = { ...this.#registered, indicatesChanges: true };
      }
      const features = find(GattUuid.clientSupportedFeatures);
      const robust = find(GattUuid.databaseHash) === undefined ? 0 : ClientFeature.robustCaching;
      const enhanced = enhancedBearers ? ClientFeature.enhancedAttBearer : 0;
      if (features?.properties.write === true)
        await this.#announce(features, CLIENT_FEATURES | robust | enhanced);
      onChange();
    } catch (error) {
      if (service.obsolete !== undefined) return;
      log.write('info', 'gatt', () => `this client could not make itself known to ${context.peer}: ${error}`);
    }
  }

  /** Sets these bits and clears none, which would be refused: those that a bonded server remembers stay (Vol 3, Part G, 7.2). */
  async #announce({ attribute, service }: RemoteCharacteristic, bits: number): Promise<void> {
    const { context, isBonded } = this.#options;
    if ((this.clientFeatures & bits) === bits) return;
    const { handle: attributeHandle, name } = attribute;
    const options = { validity: service, raiseSecurity: false };
    const value = isBonded()
      ? await context.requests.request(Read, { attributeHandle }, { ...options, what: `reading ${name}` })
      : new Uint8Array(1);
    const attributeValue = Uint8Array.from(value.length === 0 ? [0] : value);
    attributeValue[0] = (attributeValue[0] ?? 0) | bits;
    const request = { attributeHandle, attributeValue };
    await context.requests.request(Write, request, { ...options, what: `writing ${name}` });
    this.#registered = { ...this.#registered, clientFeatures: attributeValue[0] };
  }
}

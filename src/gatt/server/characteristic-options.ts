import { InvalidArgumentError } from '../../core/errors.ts';
import type { Uuid } from '../../core/uuid.ts';
import { type AccessRule, accessRule, type Permission, type Permissions } from '../access.ts';
import type { PresentationFormatOptions } from '../presentation-format.ts';
import { type CharacteristicProperties, propertiesFromBits, propertiesToBits } from '../properties.ts';
import type { ConnectionRef } from './connection-ref.ts';
import type { DescriptorOptions } from './descriptor.ts';
import type { LocalAttributeOptions, LocalAttributeTraits } from './local-attribute.ts';
import { extendedProperties, presentationFormats } from './ready-descriptors.ts';
import type { ServicePart } from './server-binding.ts';

/** What a client wants to be sent. */
export interface Subscription {
  readonly notify: boolean;
  readonly indicate: boolean;
}

export interface CharacteristicOptions<C extends ConnectionRef, Capture extends boolean>
  extends LocalAttributeOptions<C> {
  /** Whether clients can read it, and over what links; the same for the others. */
  readonly read?: Permission | undefined;
  readonly write?: Permission | undefined;
  readonly writeNoResponse?: Permission | undefined;
  /**
   * Writes without response over a link that is not encrypted, by clients that have a bond and sign what they send (Vol 3, Part G, 4.9.2). A rule is about that bond: how its
   * keys were made, and their size. The bond needs a signing key of the client: see `takeKeys` of PairingOptions. Over an encrypted link such clients write without signing.
   */
  readonly signedWrite?: Permission | undefined;
  /**
   * A rule guards both the subscription and each value that is sent: what the link does not offer at that moment does not leave. To subscribe, the rules
   * of `notify` and of `indicate` hold together.
   */
  readonly notify?: Permission | undefined;
  readonly indicate?: Permission | undefined;
  /**
   * What clients write goes behind the value, until `take()` empties it. What would make it longer than `maxLength` is refused with Invalid Attribute Value
   * Length; nothing is cut.
   */
  readonly append?: boolean | undefined;
  /** What the Characteristic User Description says. One that clients can write has options of its own; it is readable unless they say otherwise. */
  readonly description?: string | DescriptorOptions<C> | undefined;
  /** How the value is to be presented; several for the parts of a value, in their order. */
  readonly format?: PresentationFormatOptions | readonly PresentationFormatOptions[] | undefined;
  /** Tells clients whether it takes a reliable write, in the Characteristic Extended Properties; nothing is told unless given. */
  readonly reliableWrite?: boolean | undefined;
  /** Keeps every write with its value for `written()`, instead of the latest alone. */
  readonly capture?: Capture | undefined;
  /** Captured writes kept while nobody reads them, 10 by default; the oldest goes. */
  readonly captureDepth?: number | undefined;
  /** Called when a client has subscribed, changed its subscription, or ended it. */
  readonly onSubscribe?: ((connection: C, subscription: Subscription) => void) | undefined;
}

type AnyOptions<C extends ConnectionRef> = CharacteristicOptions<C, boolean>;

/** Who wants both has nothing to sign: then the value is written over an encrypted link (Vol 3, Part C, 10.2.3). */
const signingRule = (permission: Permission | undefined): AccessRule | undefined => {
  const rule = accessRule(permission);
  if (rule?.encrypted !== true) return rule;
  throw new InvalidArgumentError(
    'signed writes are for links that are not encrypted: declare writeNoResponse: { encrypted: true } in their place',
  );
};

/** What links must offer. Throws InvalidArgumentError for a rule that none can keep. */
export const permissionsOf = <C extends ConnectionRef>(options: AnyOptions<C>): Permissions => ({
  read: accessRule(options.read),
  write: accessRule(options.write),
  writeCommand: accessRule(options.writeNoResponse),
  signedWrite: signingRule(options.signedWrite),
  notify: accessRule(options.notify),
  indicate: accessRule(options.indicate),
});

const isWritable = ({ write, writeCommand, signedWrite }: Permissions): boolean =>
  write !== undefined || writeCommand !== undefined || signedWrite !== undefined;

export const propertiesOf = (permissions: Permissions, extended: boolean): CharacteristicProperties =>
  propertiesFromBits(
    propertiesToBits({
      read: permissions.read !== undefined,
      write: permissions.write !== undefined,
      writeNoResponse: permissions.writeCommand !== undefined,
      signedWrite: permissions.signedWrite !== undefined,
      notify: permissions.notify !== undefined,
      indicate: permissions.indicate !== undefined,
      extended,
    }),
  );

const DEFAULT_CAPTURE_DEPTH = 10;

/** Throws InvalidArgumentError for what only makes sense where clients can write. */
export const traitsOf = <C extends ConnectionRef>(
  uuid: Uuid,
  service: string,
  permissions: Permissions,
  options: AnyOptions<C>,
): LocalAttributeTraits => {
  const what = `characteristic ${uuid} of ${service}`;
  const { append = false, capture = false, captureDepth = DEFAULT_CAPTURE_DEPTH } = options;
  if ((capture || append) && !isWritable(permissions)) {
    throw new InvalidArgumentError(
      `${what} ${capture ? 'captures' : 'appends'} writes, but clients cannot write it: add write, writeNoResponse or signedWrite`,
    );
  }
  if (!Number.isInteger(captureDepth) || captureDepth < 1) {
    throw new InvalidArgumentError(`captureDepth must be a whole number above 0; it is ${captureDepth}`);
  }
  return {
    uuid,
    what,
    writable: isWritable(permissions),
    appends: append,
    captureDepth: capture ? captureDepth : undefined,
  };
};

export const descriptionOf = <C extends ConnectionRef>({
  description,
}: AnyOptions<C>): DescriptorOptions<C> | undefined => {
  if (description === undefined) return undefined;
  if (typeof description === 'string') return { read: true, initial: description };
  return { read: true, ...description };
};

/** They are there where something has to be told; a description that can be written has to be (Vol 3, Part G, 3.3.3.2). */
export const extendedPropertiesOf = <C extends ConnectionRef>(
  options: AnyOptions<C>,
): ServicePart | undefined => {
  const { reliableWrite } = options;
  const writableAuxiliaries = accessRule(descriptionOf(options)?.write) !== undefined;
  if (reliableWrite === undefined && !writableAuxiliaries) return undefined;
  return extendedProperties(reliableWrite === true, writableAuxiliaries);
};

export const formatsOf = <C extends ConnectionRef>({ format = [] }: AnyOptions<C>): ServicePart[] =>
  presentationFormats([format].flat());
